// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What scan.list answers.
 * @param scans In the order of their start.
 */
public record ScanListResult(
        List<Status> scans) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static ScanListResult from(Map<String, Object> o) {
        return new ScanListResult(
            In.list(o.get("scans"), x -> In.record(x, Status::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "scans", scans);
        return o;
    }
}
