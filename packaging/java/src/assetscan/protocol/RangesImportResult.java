// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What ranges.import answers.
 * @param ranges One for each row.
 * @param credentials Each different log-on once.
 */
public record RangesImportResult(
        List<RangeEntry> ranges,
        List<LogOn> credentials) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static RangesImportResult from(Map<String, Object> o) {
        return new RangesImportResult(
            In.list(o.get("ranges"), x -> In.record(x, RangeEntry::from)),
            In.list(o.get("credentials"), x -> In.record(x, LogOn::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "ranges", ranges);
        In.put(o, "credentials", credentials);
        return o;
    }

    /**
     * A row.
     * @param from FROM.
     * @param to TO; null when it is empty, and `from` is a form of its own.
     * @param credentials The row's one log-on; empty when the row has no user: nothing may be tried there.
     * @param disabled DISABLE: checked, but not scanned; another range with the same address still is.
     */
    public record RangeEntry(
            String from,
            String to,
            List<String> credentials,
            boolean disabled) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static RangeEntry from(Map<String, Object> o) {
            return new RangeEntry(
                In.text(o.get("from")),
                In.text(o.get("to")),
                In.list(o.get("credentials"), x -> In.text(x)),
                In.truthOrZero(o.get("disabled")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "from", from);
            In.put(o, "to", to);
            In.put(o, "credentials", credentials);
            In.put(o, "disabled", disabled);
            return o;
        }
    }
}
