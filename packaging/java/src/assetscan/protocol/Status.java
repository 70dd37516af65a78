// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counters and state of one scan.
 * @param scanId scanId
 * @param done Addresses dealt with.
 * @param total Addresses in all.
 * @param found Addresses that answered.
 * @param scanned Hosts scanned, wholly or in part.
 * @param failed Hosts that answered and could not be scanned.
 * @param created Assets created.
 * @param updated Assets updated.
 * @param unchanged Assets that needed no change.
 * @param queued Assets that wait in the outbox.
 * @param rate Addresses dealt with per second, since the start.
 * @param eta Seconds that the rest will take, as far as can be told; null: cannot be told yet.
 * @param state What the scan is doing.
 */
public record Status(
        String scanId,
        long done,
        long total,
        long found,
        long scanned,
        long failed,
        long created,
        long updated,
        Long unchanged,
        Long queued,
        double rate,
        Double eta,
        String state) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static Status from(Map<String, Object> o) {
        return new Status(
            In.text(o.get("scanId")),
            In.wholeOrZero(o.get("done")),
            In.wholeOrZero(o.get("total")),
            In.wholeOrZero(o.get("found")),
            In.wholeOrZero(o.get("scanned")),
            In.wholeOrZero(o.get("failed")),
            In.wholeOrZero(o.get("created")),
            In.wholeOrZero(o.get("updated")),
            In.whole(o.get("unchanged")),
            In.whole(o.get("queued")),
            In.realOrZero(o.get("rate")),
            In.real(o.get("eta")),
            In.text(o.get("state")));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "scanId", scanId);
        In.put(o, "done", done);
        In.put(o, "total", total);
        In.put(o, "found", found);
        In.put(o, "scanned", scanned);
        In.put(o, "failed", failed);
        In.put(o, "created", created);
        In.put(o, "updated", updated);
        In.put(o, "unchanged", unchanged);
        In.put(o, "queued", queued);
        In.put(o, "rate", rate);
        In.put(o, "eta", eta);
        In.put(o, "state", state);
        return o;
    }
}
