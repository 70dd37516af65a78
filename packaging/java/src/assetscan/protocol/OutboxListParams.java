// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What outbox.list takes.
 * @param url Only those meant for this Jira URL; without it, or null, all.
 */
public record OutboxListParams(
        String url) implements JsonValue {
    /**
     * With what is needed; the rest is added by the with-methods.
     * @return the record
     */
    public static OutboxListParams of() {
        return new OutboxListParams(null);
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static OutboxListParams from(Map<String, Object> o) {
        return new OutboxListParams(
            In.text(o.get("url")));
    }

    /**
     * The same with another url.
     * @return the new record
     */
    public OutboxListParams withUrl(String value) {
        return new OutboxListParams(value);
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "url", url);
        return o;
    }
}
