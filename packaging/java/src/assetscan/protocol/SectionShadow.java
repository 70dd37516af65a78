// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Volume shadow copies and snapshots.
 * @param shadow Volume shadow copies, a row each.
 * @param missing What is not there, and why.
 */
public record SectionShadow(
        List<Shadow> shadow,
        List<Lack> missing) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static SectionShadow from(Map<String, Object> o) {
        return new SectionShadow(
            In.list(o.get("shadow"), x -> In.record(x, Shadow::from)),
            In.list(o.get("missing"), x -> In.record(x, Lack::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "shadow", shadow);
        In.put(o, "missing", missing);
        return o;
    }

    /**
     * One row.
     * @param volume Volume.
     * @param usedBytes Used; bytes.
     * @param allocatedBytes Set aside; bytes.
     * @param maxBytes Limit; bytes.
     * @param storage Volume that holds the copies.
     * @param count Copies or snapshots.
     */
    public record Shadow(
            String volume,
            Object usedBytes,
            Object allocatedBytes,
            Object maxBytes,
            String storage,
            Object count) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Shadow from(Map<String, Object> o) {
            return new Shadow(
                In.text(o.get("volume")),
                o.get("usedBytes"),
                o.get("allocatedBytes"),
                o.get("maxBytes"),
                In.text(o.get("storage")),
                o.get("count"));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "volume", volume);
            In.put(o, "usedBytes", usedBytes);
            In.put(o, "allocatedBytes", allocatedBytes);
            In.put(o, "maxBytes", maxBytes);
            In.put(o, "storage", storage);
            In.put(o, "count", count);
            return o;
        }
    }
}
