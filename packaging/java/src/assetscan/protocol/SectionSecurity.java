// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Virus scanner, firewall, encryption, secure boot, TPM.
 * @param antivirus Virus scanners and the like, a row each.
 * @param firewall Firewall, one row a profile, a row each.
 * @param encryption Encryption of volumes, a row each.
 * @param tpm Trusted platform module; null: nothing came.
 * @param protection What else protects the system; null: nothing came.
 * @param missing What is not there, and why.
 */
public record SectionSecurity(
        List<Antiviru> antivirus,
        List<Firewall> firewall,
        List<Encryption> encryption,
        Tpm tpm,
        Protection protection,
        List<Lack> missing) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static SectionSecurity from(Map<String, Object> o) {
        return new SectionSecurity(
            In.list(o.get("antivirus"), x -> In.record(x, Antiviru::from)),
            In.list(o.get("firewall"), x -> In.record(x, Firewall::from)),
            In.list(o.get("encryption"), x -> In.record(x, Encryption::from)),
            In.record(o.get("tpm"), Tpm::from),
            In.record(o.get("protection"), Protection::from),
            In.list(o.get("missing"), x -> In.record(x, Lack::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "antivirus", antivirus);
        In.put(o, "firewall", firewall);
        In.put(o, "encryption", encryption);
        In.put(o, "tpm", tpm);
        In.put(o, "protection", protection);
        In.put(o, "missing", missing);
        return o;
    }

    /**
     * One row.
     * @param name Product.
     * @param enabled Protects at the moment.
     * @param upToDate Signatures are up to date.
     * @param version Version.
     * @param signatures When its signatures were renewed.
     * @param mode Normal, passive ....
     */
    public record Antiviru(
            String name,
            Boolean enabled,
            Boolean upToDate,
            String version,
            String signatures,
            String mode) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Antiviru from(Map<String, Object> o) {
            return new Antiviru(
                In.text(o.get("name")),
                In.truth(o.get("enabled")),
                In.truth(o.get("upToDate")),
                In.text(o.get("version")),
                In.text(o.get("signatures")),
                In.text(o.get("mode")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "name", name);
            In.put(o, "enabled", enabled);
            In.put(o, "upToDate", upToDate);
            In.put(o, "version", version);
            In.put(o, "signatures", signatures);
            In.put(o, "mode", mode);
            return o;
        }
    }

    /**
     * One row.
     * @param name Product.
     * @param profile Domain, private, public; all.
     * @param enabled On.
     */
    public record Firewall(
            String name,
            String profile,
            Boolean enabled) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Firewall from(Map<String, Object> o) {
            return new Firewall(
                In.text(o.get("name")),
                In.text(o.get("profile")),
                In.truth(o.get("enabled")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "name", name);
            In.put(o, "profile", profile);
            In.put(o, "enabled", enabled);
            return o;
        }
    }

    /**
     * One row.
     * @param volume Volume or device.
     * @param product BitLocker, LUKS, FileVault, geli.
     * @param enabled Protection is on.
     * @param state Encrypted, encrypting, decrypted ....
     * @param method XTS-AES-128 ....
     */
    public record Encryption(
            String volume,
            String product,
            Boolean enabled,
            String state,
            String method) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Encryption from(Map<String, Object> o) {
            return new Encryption(
                In.text(o.get("volume")),
                In.text(o.get("product")),
                In.truth(o.get("enabled")),
                In.text(o.get("state")),
                In.text(o.get("method")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "volume", volume);
            In.put(o, "product", product);
            In.put(o, "enabled", enabled);
            In.put(o, "state", state);
            In.put(o, "method", method);
            return o;
        }
    }

    /**
     * Trusted platform module; null: nothing came.
     * @param present There is one.
     * @param version 1.2 or 2.0.
     * @param vendor Maker.
     * @param firmware Firmware version.
     * @param enabled Switched on.
     * @param activated Ready for use.
     */
    public record Tpm(
            Boolean present,
            String version,
            String vendor,
            String firmware,
            Boolean enabled,
            Boolean activated) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Tpm from(Map<String, Object> o) {
            return new Tpm(
                In.truth(o.get("present")),
                In.text(o.get("version")),
                In.text(o.get("vendor")),
                In.text(o.get("firmware")),
                In.truth(o.get("enabled")),
                In.truth(o.get("activated")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "present", present);
            In.put(o, "version", version);
            In.put(o, "vendor", vendor);
            In.put(o, "firmware", firmware);
            In.put(o, "enabled", enabled);
            In.put(o, "activated", activated);
            return o;
        }
    }

    /**
     * What else protects the system; null: nothing came.
     * @param secureBoot Secure boot is on.
     * @param firmware Bios or uefi.
     * @param uac Windows: user account control is on.
     * @param virtualizationBased Windows: off, enabled, running.
     * @param credentialGuard Windows: Credential Guard runs.
     * @param memoryIntegrity Windows: memory integrity runs.
     * @param accessControl Linux security modules: selinux, apparmor ....
     * @param selinux Enforcing, permissive or disabled.
     * @param lockdown Linux: kernel lockdown.
     * @param systemIntegrity MacOS: System Integrity Protection is on.
     * @param gatekeeper MacOS: Gatekeeper is on.
     */
    public record Protection(
            Boolean secureBoot,
            String firmware,
            Boolean uac,
            String virtualizationBased,
            Boolean credentialGuard,
            Boolean memoryIntegrity,
            List<Object> accessControl,
            String selinux,
            String lockdown,
            Boolean systemIntegrity,
            Boolean gatekeeper) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Protection from(Map<String, Object> o) {
            return new Protection(
                In.truth(o.get("secureBoot")),
                In.text(o.get("firmware")),
                In.truth(o.get("uac")),
                In.text(o.get("virtualizationBased")),
                In.truth(o.get("credentialGuard")),
                In.truth(o.get("memoryIntegrity")),
                In.list(o.get("accessControl"), x -> x),
                In.text(o.get("selinux")),
                In.text(o.get("lockdown")),
                In.truth(o.get("systemIntegrity")),
                In.truth(o.get("gatekeeper")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "secureBoot", secureBoot);
            In.put(o, "firmware", firmware);
            In.put(o, "uac", uac);
            In.put(o, "virtualizationBased", virtualizationBased);
            In.put(o, "credentialGuard", credentialGuard);
            In.put(o, "memoryIntegrity", memoryIntegrity);
            In.put(o, "accessControl", accessControl);
            In.put(o, "selinux", selinux);
            In.put(o, "lockdown", lockdown);
            In.put(o, "systemIntegrity", systemIntegrity);
            In.put(o, "gatekeeper", gatekeeper);
            return o;
        }
    }
}
