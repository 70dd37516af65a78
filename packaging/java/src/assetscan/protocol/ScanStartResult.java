// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What scan.start answers.
 * @param scanId scanId
 * @param addresses Addresses that will be tried.
 */
public record ScanStartResult(
        String scanId,
        long addresses) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static ScanStartResult from(Map<String, Object> o) {
        return new ScanStartResult(
            In.text(o.get("scanId")),
            In.wholeOrZero(o.get("addresses")));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "scanId", scanId);
        In.put(o, "addresses", addresses);
        return o;
    }
}
