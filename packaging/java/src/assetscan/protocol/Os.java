// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The host's operating system; null where the host did not tell.
 * @param family linux, darwin, windows ...
 * @param name The name that the system gives itself.
 * @param version The version as the system writes it.
 */
public record Os(
        String family,
        String name,
        String version) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static Os from(Map<String, Object> o) {
        return new Os(
            In.text(o.get("family")),
            In.text(o.get("name")),
            In.text(o.get("version")));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "family", family);
        In.put(o, "name", name);
        In.put(o, "version", version);
        return o;
    }
}
