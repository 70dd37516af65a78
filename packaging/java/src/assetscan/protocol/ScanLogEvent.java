// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A line for the scan log that the administrator reads.
 * @param scanId scanId
 * @param time When, ISO 8601 in UTC with milliseconds.
 * @param level How much it matters.
 * @param message The line.
 */
public record ScanLogEvent(
        String scanId,
        String time,
        String level,
        String message) implements JsonValue, Event {
    @Override
    public String method() {
        return "scan.log";
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static ScanLogEvent from(Map<String, Object> o) {
        return new ScanLogEvent(
            In.text(o.get("scanId")),
            In.text(o.get("time")),
            In.text(o.get("level")),
            In.text(o.get("message")));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "scanId", scanId);
        In.put(o, "time", time);
        In.put(o, "level", level);
        In.put(o, "message", message);
        return o;
    }
}
