// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What went wrong, as it stands in results and notifications.
 * @param code code
 * @param stage The step of the work in which it happened; empty where no step is known.
 * @param message One sentence about this very case. Text that came from a host is escaped in it.
 * @param hint What a person should do now.
 * @param native_ The number that the system or protocol gave: errno, HRESULT, NTSTATUS, HTTP status.
 */
public record ErrorInfo(
        String code,
        String stage,
        String message,
        String hint,
        Long native_) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static ErrorInfo from(Map<String, Object> o) {
        return new ErrorInfo(
            In.text(o.get("code")),
            In.text(o.get("stage")),
            In.text(o.get("message")),
            In.text(o.get("hint")),
            In.whole(o.get("native")));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "code", code);
        In.put(o, "stage", stage);
        In.put(o, "message", message);
        In.put(o, "hint", hint);
        In.put(o, "native", native_);
        return o;
    }
}
