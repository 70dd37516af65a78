// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/** What helper.shutdown answers. */
public record HelperShutdownResult() implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static HelperShutdownResult from(Map<String, Object> o) {
        return new HelperShutdownResult();
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        return o;
    }
}
