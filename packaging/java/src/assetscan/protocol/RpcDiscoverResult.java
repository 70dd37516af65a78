// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What rpc.discover answers.
 * @param openrpc The version of OpenRPC.
 * @param info Title and version of the interface.
 * @param methods The methods.
 * @param xNotifications What the helper sends on its own.
 * @param components Shared schemas.
 */
public record RpcDiscoverResult(
        String openrpc,
        Map<String, Object> info,
        List<Map<String, Object>> methods,
        List<Map<String, Object>> xNotifications,
        Map<String, Object> components) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static RpcDiscoverResult from(Map<String, Object> o) {
        return new RpcDiscoverResult(
            In.text(o.get("openrpc")),
            In.object(o.get("info")),
            In.list(o.get("methods"), x -> In.object(x)),
            In.list(o.get("x-notifications"), x -> In.object(x)),
            In.object(o.get("components")));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "openrpc", openrpc);
        In.put(o, "info", info);
        In.put(o, "methods", methods);
        In.put(o, "x-notifications", xNotifications);
        In.put(o, "components", components);
        return o;
    }
}
