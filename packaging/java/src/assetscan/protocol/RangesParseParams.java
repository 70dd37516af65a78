// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What ranges.parse takes.
 * @param ranges The ranges.
 */
public record RangesParseParams(
        List<Object> ranges) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static RangesParseParams from(Map<String, Object> o) {
        return new RangesParseParams(
            In.list(o.get("ranges"), x -> x));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "ranges", ranges);
        return o;
    }
}
