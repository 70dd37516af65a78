// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What ranges.import takes.
 * @param csv The file's text: FROM, TO, USER, PASSWORD, DISABLE and PROTOCOL in any order and case; separated by comma, semicolon or tab.
 */
public record RangesImportParams(
        String csv) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static RangesImportParams from(Map<String, Object> o) {
        return new RangesImportParams(
            In.text(o.get("csv")));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "csv", csv);
        return o;
    }
}
