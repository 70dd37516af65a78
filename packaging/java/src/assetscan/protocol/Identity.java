// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What tells this computer from others.
 * @param macs MAC addresses that may identify it, the best first.
 * @param ignoredMacs MAC addresses that may not, and why.
 * @param serial The serial number; null: none, or one that says nothing.
 * @param uuid The hardware's UUID, lower case; null: none, or one that says nothing.
 * @param serialWhy Why there is none: it may not be read, or says nothing.
 * @param uuidWhy Why there is none: it may not be read, or says nothing.
 */
public record Identity(
        List<String> macs,
        List<IgnoredMac> ignoredMacs,
        String serial,
        String uuid,
        String serialWhy,
        String uuidWhy) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static Identity from(Map<String, Object> o) {
        return new Identity(
            In.list(o.get("macs"), x -> In.text(x)),
            In.list(o.get("ignoredMacs"), x -> In.record(x, IgnoredMac::from)),
            In.text(o.get("serial")),
            In.text(o.get("uuid")),
            In.text(o.get("serialWhy")),
            In.text(o.get("uuidWhy")));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "macs", macs);
        In.put(o, "ignoredMacs", ignoredMacs);
        In.put(o, "serial", serial);
        In.put(o, "uuid", uuid);
        In.put(o, "serialWhy", serialWhy);
        In.put(o, "uuidWhy", uuidWhy);
        return o;
    }

    /**
     * A MAC address left out.
     * @param mac mac
     * @param why The reason.
     */
    public record IgnoredMac(
            String mac,
            String why) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static IgnoredMac from(Map<String, Object> o) {
            return new IgnoredMac(
                In.text(o.get("mac")),
                In.text(o.get("why")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "mac", mac);
            In.put(o, "why", why);
            return o;
        }
    }
}
