// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What config.validate takes.
 * @param config The mapping.
 */
public record ConfigValidateParams(
        Object config) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static ConfigValidateParams from(Map<String, Object> o) {
        return new ConfigValidateParams(
            o.get("config"));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "config", config);
        return o;
    }
}
