package assetscan.protocol;

import java.util.Map;

/**
 * A notification that this client does not know, or whose members are not what it expects: of a
 * later helper, say.
 *
 * @param method the notification's name
 * @param params its members as they came
 */
public record UnknownEvent(String method, Map<String, Object> params) implements Event {
    @Override
    public String scanId() {
        return params.get("scanId") instanceof String id ? id : null;
    }
}
