// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What ranges.parse answers.
 * @param ok true when there is no problem.
 * @param addresses Addresses in all: overlaps once, exclusions taken off, a name as 1.
 * @param overlap Addresses that were named more than once.
 * @param ranges Ascending, names last; at most 10000 are shown, the counts are of all.
 * @param problems The mistakes.
 */
public record RangesParseResult(
        boolean ok,
        long addresses,
        long overlap,
        List<RangeEntry> ranges,
        List<Problem> problems) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static RangesParseResult from(Map<String, Object> o) {
        return new RangesParseResult(
            In.truthOrZero(o.get("ok")),
            In.wholeOrZero(o.get("addresses")),
            In.wholeOrZero(o.get("overlap")),
            In.list(o.get("ranges"), x -> In.record(x, RangeEntry::from)),
            In.list(o.get("problems"), x -> In.record(x, Problem::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "ok", ok);
        In.put(o, "addresses", addresses);
        In.put(o, "overlap", overlap);
        In.put(o, "ranges", ranges);
        In.put(o, "problems", problems);
        return o;
    }

    /**
     * One canonical range.
     * @param text The range as text, or the name.
     * @param from First address; not there for a name.
     * @param to Last address, included; not there for a name.
     * @param name The host name; not there for addresses.
     * @param addresses How many addresses it holds.
     */
    public record RangeEntry(
            String text,
            String from,
            String to,
            String name,
            long addresses) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static RangeEntry from(Map<String, Object> o) {
            return new RangeEntry(
                In.text(o.get("text")),
                In.text(o.get("from")),
                In.text(o.get("to")),
                In.text(o.get("name")),
                In.wholeOrZero(o.get("addresses")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "text", text);
            In.put(o, "from", from);
            In.put(o, "to", to);
            In.put(o, "name", name);
            In.put(o, "addresses", addresses);
            return o;
        }
    }
}
