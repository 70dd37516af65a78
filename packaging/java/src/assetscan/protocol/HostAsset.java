// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What makes an asset of a host beside its fields, so that results can be posted later and elsewhere
 * (assetscan import).
 * @param title The asset's title.
 * @param updateOnly Whether an asset may only be updated, not created: the profile or the mapping says so.
 * @param keys What may identify the asset, the best first.
 * @param ignored Values that do not identify it, and why.
 * @param policies When a field is written, for fields that are not always: by type name.
 * @param tolerances How far a number may move without being written, for fields that have a tolerance: by type name.
 */
public record HostAsset(
        String title,
        boolean updateOnly,
        List<Key> keys,
        List<Ignored> ignored,
        Map<String, String> policies,
        Map<String, Tolerance> tolerances) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static HostAsset from(Map<String, Object> o) {
        return new HostAsset(
            In.text(o.get("title")),
            In.truthOrZero(o.get("updateOnly")),
            In.list(o.get("keys"), x -> In.record(x, Key::from)),
            In.list(o.get("ignored"), x -> In.record(x, Ignored::from)),
            In.map(o.get("policies"), x -> In.text(x)),
            In.map(o.get("tolerances"), x -> In.record(x, Tolerance::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "title", title);
        In.put(o, "updateOnly", updateOnly);
        In.put(o, "keys", keys);
        In.put(o, "ignored", ignored);
        In.put(o, "policies", policies);
        In.put(o, "tolerances", tolerances);
        return o;
    }

    /**
     * One match field and its value.
     * @param field The field's type name in Asset Tracker.
     * @param kind How values are compared.
     * @param value The value.
     * @param weak It may be another computer's as well, so it counts only where nothing says otherwise.
     */
    public record Key(
            String field,
            String kind,
            String value,
            Boolean weak) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Key from(Map<String, Object> o) {
            return new Key(
                In.text(o.get("field")),
                In.text(o.get("kind")),
                In.text(o.get("value")),
                In.truth(o.get("weak")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "field", field);
            In.put(o, "kind", kind);
            In.put(o, "value", value);
            In.put(o, "weak", weak);
            return o;
        }
    }

    /**
     * A value left out.
     * @param kind What it is.
     * @param value The value.
     * @param why The reason.
     */
    public record Ignored(
            String kind,
            String value,
            String why) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Ignored from(Map<String, Object> o) {
            return new Ignored(
                In.text(o.get("kind")),
                In.text(o.get("value")),
                In.text(o.get("why")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "kind", kind);
            In.put(o, "value", value);
            In.put(o, "why", why);
            return o;
        }
    }

    /**
     * An amount, or a part of what the asset says.
     * @param tolerance The amount.
     * @param percent The part.
     */
    public record Tolerance(
            Double tolerance,
            Double percent) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Tolerance from(Map<String, Object> o) {
            return new Tolerance(
                In.real(o.get("tolerance")),
                In.real(o.get("percent")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "tolerance", tolerance);
            In.put(o, "percent", percent);
            return o;
        }
    }
}
