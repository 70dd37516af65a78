// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What outbox.flush answers.
 * @param posted Records posted.
 * @param left Records that still wait.
 * @param rejected Records that Jira refused for good.
 * @param ambiguous Records for which more than one asset matches.
 * @param assets What became of each.
 */
public record OutboxFlushResult(
        long posted,
        long left,
        long rejected,
        long ambiguous,
        List<Asset> assets) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static OutboxFlushResult from(Map<String, Object> o) {
        return new OutboxFlushResult(
            In.wholeOrZero(o.get("posted")),
            In.wholeOrZero(o.get("left")),
            In.wholeOrZero(o.get("rejected")),
            In.wholeOrZero(o.get("ambiguous")),
            In.list(o.get("assets"), x -> In.record(x, Asset::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "posted", posted);
        In.put(o, "left", left);
        In.put(o, "rejected", rejected);
        In.put(o, "ambiguous", ambiguous);
        In.put(o, "assets", assets);
        return o;
    }
}
