package assetscan.client;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * The helper answered a request with an error.
 *
 * <p>{@link #getMessage()} is the sentence for the scan log, {@link #hint()} what the person should
 * do now.
 */
public final class RpcException extends Exception {
    private static final long serialVersionUID = 1;

    private final long number;
    private final transient Map<String, Object> data;

    /**
     * One mistake of a request.
     *
     * @param pointer where, a JSON Pointer into the parameters
     * @param message what
     */
    public record Problem(String pointer, String message) {
    }

    @SuppressWarnings("unchecked")
    RpcException(Map<String, Object> error) {
        super(error.get("message") instanceof String s ? s : "an error without a message");
        number = error.get("code") instanceof Number n ? n.longValue() : 0;
        data = error.get("data") instanceof Map<?, ?> m ? (Map<String, Object>) m : Map.of();
    }

    private String text(String name) {
        return data != null && data.get(name) instanceof String s ? s : "";
    }

    /**
     * JSON-RPC's number: -32602 wrong parameters, -32099 to -32000 the helper's own.
     *
     * @return the number
     */
    public long number() {
        return number;
    }

    /**
     * Which error: a word of {@link assetscan.protocol.Code}.
     *
     * @return the word, or ""
     */
    public String code() {
        return text("code");
    }

    /**
     * Where it happened: a word of {@link assetscan.protocol.Stage}.
     *
     * @return the word, or ""
     */
    public String stage() {
        return text("stage");
    }

    /**
     * What the person should do now.
     *
     * @return a sentence, or ""
     */
    public String hint() {
        return text("hint");
    }

    /**
     * All mistakes of the request at once.
     *
     * @return empty where the error is another
     */
    public List<Problem> problems() {
        List<Problem> out = new ArrayList<>();
        if (data != null && data.get("problems") instanceof List<?> list) {
            for (Object o : list) {
                if (o instanceof Map<?, ?> m) {
                    out.add(new Problem(String.valueOf(m.get("pointer")), String.valueOf(m.get("message"))));
                }
            }
        }
        return Collections.unmodifiableList(out);
    }
}
