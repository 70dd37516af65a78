// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A check, step by step.
 * @param ok true when every step worked.
 * @param stages The steps in the order in which they were taken; the first that fails ends most checks.
 */
public record Check(
        boolean ok,
        List<CheckStage> stages) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static Check from(Map<String, Object> o) {
        return new Check(
            In.truthOrZero(o.get("ok")),
            In.list(o.get("stages"), x -> In.record(x, CheckStage::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "ok", ok);
        In.put(o, "stages", stages);
        return o;
    }
}
