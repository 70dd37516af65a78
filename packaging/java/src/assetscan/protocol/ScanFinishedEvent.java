// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The last notification of a scan.
 * @param scanId scanId
 * @param hosts Addresses per state; they add up to the addresses of the scan.
 * @param assets Assets per outcome.
 * @param seconds Duration of the scan in seconds.
 * @param reason Why it ended.
 */
public record ScanFinishedEvent(
        String scanId,
        Hosts hosts,
        Assets assets,
        double seconds,
        String reason) implements JsonValue, Event {
    @Override
    public String method() {
        return "scan.finished";
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static ScanFinishedEvent from(Map<String, Object> o) {
        return new ScanFinishedEvent(
            In.text(o.get("scanId")),
            In.record(o.get("hosts"), Hosts::from),
            In.record(o.get("assets"), Assets::from),
            In.realOrZero(o.get("seconds")),
            In.text(o.get("reason")));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "scanId", scanId);
        In.put(o, "hosts", hosts);
        In.put(o, "assets", assets);
        In.put(o, "seconds", seconds);
        In.put(o, "reason", reason);
        return o;
    }

    /**
     * Addresses per state; they add up to the addresses of the scan.
     * @param scanned Addresses in the state scanned.
     * @param partial Addresses in the state partial.
     * @param auth_failed Addresses in the state auth_failed.
     * @param denied Addresses in the state denied.
     * @param refused Addresses in the state refused.
     * @param unreachable Addresses in the state unreachable.
     * @param silent Addresses in the state silent.
     * @param error Addresses in the state error.
     * @param cancelled Addresses in the state cancelled.
     * @param skipped Addresses in the state skipped.
     */
    public record Hosts(
            long scanned,
            long partial,
            long auth_failed,
            long denied,
            long refused,
            long unreachable,
            long silent,
            long error,
            long cancelled,
            long skipped) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Hosts from(Map<String, Object> o) {
            return new Hosts(
                In.wholeOrZero(o.get("scanned")),
                In.wholeOrZero(o.get("partial")),
                In.wholeOrZero(o.get("auth_failed")),
                In.wholeOrZero(o.get("denied")),
                In.wholeOrZero(o.get("refused")),
                In.wholeOrZero(o.get("unreachable")),
                In.wholeOrZero(o.get("silent")),
                In.wholeOrZero(o.get("error")),
                In.wholeOrZero(o.get("cancelled")),
                In.wholeOrZero(o.get("skipped")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "scanned", scanned);
            In.put(o, "partial", partial);
            In.put(o, "auth_failed", auth_failed);
            In.put(o, "denied", denied);
            In.put(o, "refused", refused);
            In.put(o, "unreachable", unreachable);
            In.put(o, "silent", silent);
            In.put(o, "error", error);
            In.put(o, "cancelled", cancelled);
            In.put(o, "skipped", skipped);
            return o;
        }
    }

    /**
     * Assets per outcome.
     * @param created Assets with the outcome created.
     * @param updated Assets with the outcome updated.
     * @param unchanged Assets with the outcome unchanged.
     * @param skipped Assets with the outcome skipped.
     * @param ambiguous Assets with the outcome ambiguous.
     * @param queued Assets with the outcome queued.
     * @param failed Assets with the outcome failed.
     * @param dry_run Assets with the outcome dry_run.
     */
    public record Assets(
            long created,
            long updated,
            long unchanged,
            long skipped,
            long ambiguous,
            long queued,
            long failed,
            long dry_run) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Assets from(Map<String, Object> o) {
            return new Assets(
                In.wholeOrZero(o.get("created")),
                In.wholeOrZero(o.get("updated")),
                In.wholeOrZero(o.get("unchanged")),
                In.wholeOrZero(o.get("skipped")),
                In.wholeOrZero(o.get("ambiguous")),
                In.wholeOrZero(o.get("queued")),
                In.wholeOrZero(o.get("failed")),
                In.wholeOrZero(o.get("dry_run")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "created", created);
            In.put(o, "updated", updated);
            In.put(o, "unchanged", unchanged);
            In.put(o, "skipped", skipped);
            In.put(o, "ambiguous", ambiguous);
            In.put(o, "queued", queued);
            In.put(o, "failed", failed);
            In.put(o, "dry_run", dry_run);
            return o;
        }
    }
}
