// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows of a host.query; at most 1 MiB in one notification.
 * @param queryId queryId
 * @param rows The rows, in the host's order.
 */
public record HostRowsEvent(
        String queryId,
        List<Map<String, Object>> rows) implements JsonValue, Event {
    @Override
    public String method() {
        return "host.rows";
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static HostRowsEvent from(Map<String, Object> o) {
        return new HostRowsEvent(
            In.text(o.get("queryId")),
            In.list(o.get("rows"), x1 -> In.map(x1, x -> x)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "queryId", queryId);
        In.put(o, "rows", rows);
        return o;
    }
}
