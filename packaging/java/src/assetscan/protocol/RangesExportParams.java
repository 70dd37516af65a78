// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What ranges.export takes.
 * @param ranges The ranges; one that may use several credentials becomes a row for each.
 * @param credentials Their log-ons. A file holds user, protocol and password of them and nothing else.
 * @param withPasswords true: the passwords are in the file; refused when a credential logs on with something else.
 */
public record RangesExportParams(
        List<Object> ranges,
        List<Object> credentials,
        Boolean withPasswords) implements JsonValue {
    /**
     * With what is needed; the rest is added by the with-methods.
     * @return the record
     */
    public static RangesExportParams of(List<Object> ranges) {
        return new RangesExportParams(ranges, null, null);
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static RangesExportParams from(Map<String, Object> o) {
        return new RangesExportParams(
            In.list(o.get("ranges"), x -> x),
            In.list(o.get("credentials"), x -> x),
            In.truth(o.get("withPasswords")));
    }

    /**
     * The same with another credentials.
     * @return the new record
     */
    public RangesExportParams withCredentials(List<Object> value) {
        return new RangesExportParams(ranges, value, withPasswords);
    }

    /**
     * The same with another withPasswords.
     * @return the new record
     */
    public RangesExportParams withWithPasswords(Boolean value) {
        return new RangesExportParams(ranges, credentials, value);
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "ranges", ranges);
        In.put(o, "credentials", credentials);
        In.put(o, "withPasswords", withPasswords);
        return o;
    }
}
