// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What scan.status takes.
 * @param scanId The scan's id, from the answer of scan.start.
 */
public record ScanStatusParams(
        String scanId) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static ScanStatusParams from(Map<String, Object> o) {
        return new ScanStatusParams(
            In.text(o.get("scanId")));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "scanId", scanId);
        return o;
    }
}
