// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What profile.validate answers.
 * @param ok true when there is no problem.
 * @param problems The mistakes.
 * @param warnings Advice that is no mistake.
 */
public record ProfileValidateResult(
        boolean ok,
        List<Problem> problems,
        List<String> warnings) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static ProfileValidateResult from(Map<String, Object> o) {
        return new ProfileValidateResult(
            In.truthOrZero(o.get("ok")),
            In.list(o.get("problems"), x -> In.record(x, Problem::from)),
            In.list(o.get("warnings"), x -> In.text(x)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "ok", ok);
        In.put(o, "problems", problems);
        In.put(o, "warnings", warnings);
        return o;
    }
}
