// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One step of a check.
 * @param stage The step: of host.check a stage; of jira.check url, login, type, folder or fields.
 * @param ok Whether it worked.
 * @param seconds How long it took, in seconds.
 * @param detail What was seen, in plain words.
 * @param error What went wrong and what to do; null: nothing.
 */
public record CheckStage(
        String stage,
        boolean ok,
        double seconds,
        String detail,
        ErrorInfo error) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static CheckStage from(Map<String, Object> o) {
        return new CheckStage(
            In.text(o.get("stage")),
            In.truthOrZero(o.get("ok")),
            In.realOrZero(o.get("seconds")),
            In.text(o.get("detail")),
            In.record(o.get("error"), ErrorInfo::from));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "stage", stage);
        In.put(o, "ok", ok);
        In.put(o, "seconds", seconds);
        In.put(o, "detail", detail);
        In.put(o, "error", error);
        return o;
    }
}
