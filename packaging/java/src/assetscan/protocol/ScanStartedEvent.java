// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A scan begins.
 * @param scanId scanId
 * @param profile The profile's name.
 * @param addresses Addresses that will be tried: a prefix with its network and broadcast address, a name as 1, exclusions taken off.
 * @param assetType The type that new assets get.
 * @param folder The folder that new assets go to.
 */
public record ScanStartedEvent(
        String scanId,
        String profile,
        long addresses,
        String assetType,
        String folder) implements JsonValue, Event {
    @Override
    public String method() {
        return "scan.started";
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static ScanStartedEvent from(Map<String, Object> o) {
        return new ScanStartedEvent(
            In.text(o.get("scanId")),
            In.text(o.get("profile")),
            In.wholeOrZero(o.get("addresses")),
            In.text(o.get("assetType")),
            In.text(o.get("folder")));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "scanId", scanId);
        In.put(o, "profile", profile);
        In.put(o, "addresses", addresses);
        In.put(o, "assetType", assetType);
        In.put(o, "folder", folder);
        return o;
    }
}
