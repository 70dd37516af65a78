// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What helper.shutdown takes.
 * @param mode finish: running scans end first. cancel: they are stopped.
 */
public record HelperShutdownParams(
        String mode) implements JsonValue {
    /**
     * With what is needed; the rest is added by the with-methods.
     * @return the record
     */
    public static HelperShutdownParams of() {
        return new HelperShutdownParams(null);
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static HelperShutdownParams from(Map<String, Object> o) {
        return new HelperShutdownParams(
            In.text(o.get("mode")));
    }

    /**
     * The same with another mode.
     * @return the new record
     */
    public HelperShutdownParams withMode(String value) {
        return new HelperShutdownParams(value);
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "mode", mode);
        return o;
    }
}
