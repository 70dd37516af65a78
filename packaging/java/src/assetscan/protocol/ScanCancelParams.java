// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What scan.cancel takes.
 * @param scanId The scan's id, from the answer of scan.start.
 */
public record ScanCancelParams(
        String scanId) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static ScanCancelParams from(Map<String, Object> o) {
        return new ScanCancelParams(
            In.text(o.get("scanId")));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "scanId", scanId);
        return o;
    }
}
