// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One asset that waits.
 * @param id The record's name.
 * @param state intent: a create may or may not have happened. queued: is posted by the next scan or outbox.flush. rejected: Jira refused it for good.
 * @param url The Jira URL that it is meant for.
 * @param address The address at which the computer was scanned.
 * @param title The asset's title.
 * @param keys What the asset is found by, the best first, each as field=value.
 * @param since When it was written first, ISO 8601 in UTC.
 * @param attempts How often posting was tried.
 * @param error What happened at the last try; null: it was not tried.
 */
public record OutboxRecord(
        String id,
        String state,
        String url,
        String address,
        String title,
        List<String> keys,
        String since,
        long attempts,
        ErrorInfo error) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static OutboxRecord from(Map<String, Object> o) {
        return new OutboxRecord(
            In.text(o.get("id")),
            In.text(o.get("state")),
            In.text(o.get("url")),
            In.text(o.get("address")),
            In.text(o.get("title")),
            In.list(o.get("keys"), x -> In.text(x)),
            In.text(o.get("since")),
            In.wholeOrZero(o.get("attempts")),
            In.record(o.get("error"), ErrorInfo::from));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "id", id);
        In.put(o, "state", state);
        In.put(o, "url", url);
        In.put(o, "address", address);
        In.put(o, "title", title);
        In.put(o, "keys", keys);
        In.put(o, "since", since);
        In.put(o, "attempts", attempts);
        In.put(o, "error", error);
        return o;
    }
}
