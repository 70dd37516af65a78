// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The operating system and its licence.
 * @param os The operating system; null: nothing came.
 * @param license Licences of the system, a row each.
 * @param missing What is not there, and why.
 */
public record SectionOs(
        OsEntry os,
        List<License> license,
        List<Lack> missing) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static SectionOs from(Map<String, Object> o) {
        return new SectionOs(
            In.record(o.get("os"), OsEntry::from),
            In.list(o.get("license"), x -> In.record(x, License::from)),
            In.list(o.get("missing"), x -> In.record(x, Lack::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "os", os);
        In.put(o, "license", license);
        In.put(o, "missing", missing);
        return o;
    }

    /**
     * The operating system; null: nothing came.
     * @param family Linux, darwin or windows.
     * @param name Full name, e.g. Debian GNU/Linux 12 (bookworm).
     * @param version Version, e.g. 12 or 10.0.22631.
     * @param edition Edition or variant.
     * @param build Build number.
     * @param codename Bookworm, Sonoma, 23H2.
     * @param servicePack Service pack.
     * @param kernel Kernel release, uname -r.
     * @param arch X86_64, aarch64 ....
     * @param id Short name: debian, rhel, macos, windows.
     * @param installed When it was installed, as far as can be told.
     * @param booted Last start.
     * @param uptimeSeconds Time since then; seconds.
     * @param timezone Time zone name or offset.
     * @param language Language or locale.
     * @param machineId Machine-id or MachineGuid; clones share it.
     * @param clockSkewSeconds Its clock minus ours; seconds.
     * @param rebootPending Waits for a restart.
     * @param rebootReasons What waits for the restart.
     * @param processes Running processes.
     * @param installedEstimated Os.installed is a guess from old files.
     */
    public record OsEntry(
            String family,
            String name,
            String version,
            String edition,
            String build,
            String codename,
            String servicePack,
            String kernel,
            String arch,
            String id,
            String installed,
            String booted,
            Object uptimeSeconds,
            String timezone,
            String language,
            String machineId,
            Object clockSkewSeconds,
            Boolean rebootPending,
            List<Object> rebootReasons,
            Object processes,
            Boolean installedEstimated) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static OsEntry from(Map<String, Object> o) {
            return new OsEntry(
                In.text(o.get("family")),
                In.text(o.get("name")),
                In.text(o.get("version")),
                In.text(o.get("edition")),
                In.text(o.get("build")),
                In.text(o.get("codename")),
                In.text(o.get("servicePack")),
                In.text(o.get("kernel")),
                In.text(o.get("arch")),
                In.text(o.get("id")),
                In.text(o.get("installed")),
                In.text(o.get("booted")),
                o.get("uptimeSeconds"),
                In.text(o.get("timezone")),
                In.text(o.get("language")),
                In.text(o.get("machineId")),
                o.get("clockSkewSeconds"),
                In.truth(o.get("rebootPending")),
                In.list(o.get("rebootReasons"), x -> x),
                o.get("processes"),
                In.truth(o.get("installedEstimated")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "family", family);
            In.put(o, "name", name);
            In.put(o, "version", version);
            In.put(o, "edition", edition);
            In.put(o, "build", build);
            In.put(o, "codename", codename);
            In.put(o, "servicePack", servicePack);
            In.put(o, "kernel", kernel);
            In.put(o, "arch", arch);
            In.put(o, "id", id);
            In.put(o, "installed", installed);
            In.put(o, "booted", booted);
            In.put(o, "uptimeSeconds", uptimeSeconds);
            In.put(o, "timezone", timezone);
            In.put(o, "language", language);
            In.put(o, "machineId", machineId);
            In.put(o, "clockSkewSeconds", clockSkewSeconds);
            In.put(o, "rebootPending", rebootPending);
            In.put(o, "rebootReasons", rebootReasons);
            In.put(o, "processes", processes);
            In.put(o, "installedEstimated", installedEstimated);
            return o;
        }
    }

    /**
     * One row.
     * @param name Product.
     * @param status Licensed, unlicensed, grace ....
     * @param channel Retail, oem, volume ....
     * @param partialKey Last characters of the key.
     */
    public record License(
            String name,
            String status,
            String channel,
            String partialKey) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static License from(Map<String, Object> o) {
            return new License(
                In.text(o.get("name")),
                In.text(o.get("status")),
                In.text(o.get("channel")),
                In.text(o.get("partialKey")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "name", name);
            In.put(o, "status", status);
            In.put(o, "channel", channel);
            In.put(o, "partialKey", partialKey);
            return o;
        }
    }
}
