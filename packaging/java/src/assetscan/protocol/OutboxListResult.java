// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What outbox.list answers.
 * @param records Oldest first.
 */
public record OutboxListResult(
        List<OutboxRecord> records) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static OutboxListResult from(Map<String, Object> o) {
        return new OutboxListResult(
            In.list(o.get("records"), x -> In.record(x, OutboxRecord::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "records", records);
        return o;
    }
}
