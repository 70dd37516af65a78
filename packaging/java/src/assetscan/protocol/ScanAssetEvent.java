// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What became of one host's asset.
 * @param scanId scanId
 * @param address The address at which the computer was scanned.
 * @param outcome What became of the asset.
 * @param id The asset's id; null: there is none.
 * @param url The asset's page; null: there is none.
 * @param matchedBy field=value by which an existing asset was found; null: none was found.
 * @param changed Type names of the fields that were written.
 * @param dropped Type names of mapped fields that the asset type lacks.
 * @param candidates Ids of the assets that match, of ambiguous ones.
 * @param would What would be posted, in a dry run.
 * @param error Why it was not written; null: no error.
 * @param match Why it was this asset, or none: which keys were asked for, which assets they hit, what was left out. Absent: Jira was not asked.
 */
public record ScanAssetEvent(
        String scanId,
        String address,
        String outcome,
        Long id,
        String url,
        String matchedBy,
        List<String> changed,
        List<String> dropped,
        List<Long> candidates,
        Map<String, Object> would,
        ErrorInfo error,
        Match match) implements JsonValue, Event {
    @Override
    public String method() {
        return "scan.asset";
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static ScanAssetEvent from(Map<String, Object> o) {
        return new ScanAssetEvent(
            In.text(o.get("scanId")),
            In.text(o.get("address")),
            In.text(o.get("outcome")),
            In.whole(o.get("id")),
            In.text(o.get("url")),
            In.text(o.get("matchedBy")),
            In.list(o.get("changed"), x -> In.text(x)),
            In.list(o.get("dropped"), x -> In.text(x)),
            In.list(o.get("candidates"), x -> In.whole(x)),
            In.object(o.get("would")),
            In.record(o.get("error"), ErrorInfo::from),
            In.record(o.get("match"), Match::from));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "scanId", scanId);
        In.put(o, "address", address);
        In.put(o, "outcome", outcome);
        In.put(o, "id", id);
        In.put(o, "url", url);
        In.put(o, "matchedBy", matchedBy);
        In.put(o, "changed", changed);
        In.put(o, "dropped", dropped);
        In.put(o, "candidates", candidates);
        In.put(o, "would", would);
        In.put(o, "error", error);
        In.put(o, "match", match);
        return o;
    }
}
