// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How the asset of a scanned computer was looked for, and what was decided.
 * @param decision match: one asset is the computer's; none: no asset is; ambiguous: several are alike; conflict: the keys name different assets, or an asset contradicts. Nothing is written for the last two.
 * @param why The decision in words; empty: no asset holds any key.
 * @param keys The keys that the matcher asks for, in its order.
 * @param ignored What the computer says but may not identify it.
 * @param candidates The assets that hold a key.
 */
public record Match(
        String decision,
        String why,
        List<Key> keys,
        List<Ignored> ignored,
        List<Candidate> candidates) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static Match from(Map<String, Object> o) {
        return new Match(
            In.text(o.get("decision")),
            In.text(o.get("why")),
            In.list(o.get("keys"), x -> In.record(x, Key::from)),
            In.list(o.get("ignored"), x -> In.record(x, Ignored::from)),
            In.list(o.get("candidates"), x -> In.record(x, Candidate::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "decision", decision);
        In.put(o, "why", why);
        In.put(o, "keys", keys);
        In.put(o, "ignored", ignored);
        In.put(o, "candidates", candidates);
        return o;
    }

    /**
     * One key.
     * @param field The match field's type name.
     * @param kind What kind of key it is.
     * @param value What the computer says.
     * @param weak true: it may be another computer's as well (an adapter on USB, a made-up address, a text that is not the first key), so it counts only where no strong key says otherwise.
     * @param assets Ids of the assets that hold it.
     * @param notAsked Why it could not be asked for.
     */
    public record Key(
            String field,
            String kind,
            String value,
            boolean weak,
            List<Long> assets,
            String notAsked) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Key from(Map<String, Object> o) {
            return new Key(
                In.text(o.get("field")),
                In.text(o.get("kind")),
                In.text(o.get("value")),
                In.truthOrZero(o.get("weak")),
                In.list(o.get("assets"), x -> In.whole(x)),
                In.text(o.get("notAsked")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "field", field);
            In.put(o, "kind", kind);
            In.put(o, "value", value);
            In.put(o, "weak", weak);
            In.put(o, "assets", assets);
            In.put(o, "notAsked", notAsked);
            return o;
        }
    }

    /**
     * One value left out.
     * @param kind What kind of key it is.
     * @param value What the computer says; empty: it may not be read, or is in the reason.
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
     * One asset.
     * @param id Its id.
     * @param standing match: it is the computer's; other: more contradicts than agrees; weaker: fewer keys agree than with another; equal: no better than another; conflict: as much contradicts as agrees.
     * @param contradicts Fields that hold another serial number or UUID.
     */
    public record Candidate(
            long id,
            String standing,
            List<Contradict> contradicts) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Candidate from(Map<String, Object> o) {
            return new Candidate(
                In.wholeOrZero(o.get("id")),
                In.text(o.get("standing")),
                In.list(o.get("contradicts"), x -> In.record(x, Contradict::from)));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "id", id);
            In.put(o, "standing", standing);
            In.put(o, "contradicts", contradicts);
            return o;
        }

        /**
         * One field.
         * @param field Its type name.
         * @param host What the computer says.
         * @param asset What the asset says.
         */
        public record Contradict(
                String field,
                String host,
                String asset) implements JsonValue {
            /**
             * Read from JSON; what is missing is null or zero.
             * @return the record
             */
            public static Contradict from(Map<String, Object> o) {
                return new Contradict(
                    In.text(o.get("field")),
                    In.text(o.get("host")),
                    In.text(o.get("asset")));
            }

            @Override
            public Map<String, Object> json() {
                Map<String, Object> o = new LinkedHashMap<>();
                In.put(o, "field", field);
                In.put(o, "host", host);
                In.put(o, "asset", asset);
                return o;
            }
        }
    }
}
