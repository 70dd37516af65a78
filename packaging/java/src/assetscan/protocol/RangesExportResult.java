// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What ranges.export answers.
 * @param csv Its text, lines ended by CR and LF. A user or password that a spreadsheet would calculate has an apostrophe in front, and the column ESCAPED says in which rows; ranges.import takes it off.
 */
public record RangesExportResult(
        String csv) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static RangesExportResult from(Map<String, Object> o) {
        return new RangesExportResult(
            In.text(o.get("csv")));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "csv", csv);
        return o;
    }
}
