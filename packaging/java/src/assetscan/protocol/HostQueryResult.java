// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What host.query answers.
 * @param queryId queryId
 * @param count Rows in all.
 * @param truncated true when a limit cut the rows.
 * @param note What a person should know of the rows, such as why no values are shown.
 */
public record HostQueryResult(
        String queryId,
        long count,
        boolean truncated,
        String note) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static HostQueryResult from(Map<String, Object> o) {
        return new HostQueryResult(
            In.text(o.get("queryId")),
            In.wholeOrZero(o.get("count")),
            In.truthOrZero(o.get("truncated")),
            In.text(o.get("note")));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "queryId", queryId);
        In.put(o, "count", count);
        In.put(o, "truncated", truncated);
        In.put(o, "note", note);
        return o;
    }
}
