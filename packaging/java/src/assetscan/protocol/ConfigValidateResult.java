// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What config.validate answers.
 * @param ok true when there is no problem.
 * @param problems The mistakes; those in XML text name line and column.
 * @param warnings Advice that is no mistake.
 * @param config The mapping as an object; null where it has problems.
 */
public record ConfigValidateResult(
        boolean ok,
        List<Problem> problems,
        List<String> warnings,
        Object config) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static ConfigValidateResult from(Map<String, Object> o) {
        return new ConfigValidateResult(
            In.truthOrZero(o.get("ok")),
            In.list(o.get("problems"), x -> In.record(x, Problem::from)),
            In.list(o.get("warnings"), x -> In.text(x)),
            o.get("config"));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "ok", ok);
        In.put(o, "problems", problems);
        In.put(o, "warnings", warnings);
        In.put(o, "config", config);
        return o;
    }
}
