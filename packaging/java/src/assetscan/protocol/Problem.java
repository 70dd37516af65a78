// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One mistake in a request.
 * @param pointer JSON Pointer (RFC 6901) to the member, counted from params.
 * @param message What is wrong with it and what was expected.
 */
public record Problem(
        String pointer,
        String message) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static Problem from(Map<String, Object> o) {
        return new Problem(
            In.text(o.get("pointer")),
            In.text(o.get("message")));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "pointer", pointer);
        In.put(o, "message", message);
        return o;
    }
}
