// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Installed updates, pending restart.
 * @param update Installed updates, a row each.
 * @param patch How up to date the system is; null: nothing came.
 * @param missing What is not there, and why.
 */
public record SectionUpdates(
        List<Update> update,
        Patch patch,
        List<Lack> missing) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static SectionUpdates from(Map<String, Object> o) {
        return new SectionUpdates(
            In.list(o.get("update"), x -> In.record(x, Update::from)),
            In.record(o.get("patch"), Patch::from),
            In.list(o.get("missing"), x -> In.record(x, Lack::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "update", update);
        In.put(o, "patch", patch);
        In.put(o, "missing", missing);
        return o;
    }

    /**
     * One row.
     * @param id KB number or label.
     * @param title What it is.
     * @param installed When.
     * @param installedBy Who installed it.
     * @param version Version.
     */
    public record Update(
            String id,
            String title,
            String installed,
            String installedBy,
            String version) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Update from(Map<String, Object> o) {
            return new Update(
                In.text(o.get("id")),
                In.text(o.get("title")),
                In.text(o.get("installed")),
                In.text(o.get("installedBy")),
                In.text(o.get("version")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "id", id);
            In.put(o, "title", title);
            In.put(o, "installed", installed);
            In.put(o, "installedBy", installedBy);
            In.put(o, "version", version);
            return o;
        }
    }

    /**
     * How up to date the system is; null: nothing came.
     * @param level Build and revision, or the newest package.
     * @param lastInstalled Newest installed update.
     * @param pending Updates known and not installed.
     * @param securityPending Security updates among them.
     * @param rebootPending Waits for a restart.
     */
    public record Patch(
            String level,
            String lastInstalled,
            Object pending,
            Object securityPending,
            Boolean rebootPending) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Patch from(Map<String, Object> o) {
            return new Patch(
                In.text(o.get("level")),
                In.text(o.get("lastInstalled")),
                o.get("pending"),
                o.get("securityPending"),
                In.truth(o.get("rebootPending")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "level", level);
            In.put(o, "lastInstalled", lastInstalled);
            In.put(o, "pending", pending);
            In.put(o, "securityPending", securityPending);
            In.put(o, "rebootPending", rebootPending);
            return o;
        }
    }
}
