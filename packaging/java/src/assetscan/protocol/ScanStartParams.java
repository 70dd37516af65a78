// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What scan.start takes.
 * @param profile How to scan.
 * @param ranges What to scan; needed unless self is true.
 * @param credentials How to log on.
 * @param jira Where the results go; without it, or null, the scan only reports.
 * @param self true: scan this very machine, without network and log-on, instead of ranges.
 * @param shard Which part of the addresses this process takes.
 */
public record ScanStartParams(
        Profile profile,
        List<Object> ranges,
        List<Object> credentials,
        Jira jira,
        Boolean self,
        Shard shard) implements JsonValue {
    /**
     * With what is needed; the rest is added by the with-methods.
     * @return the record
     */
    public static ScanStartParams of(Profile profile) {
        return new ScanStartParams(profile, null, null, null, null, null);
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static ScanStartParams from(Map<String, Object> o) {
        return new ScanStartParams(
            In.record(o.get("profile"), Profile::from),
            In.list(o.get("ranges"), x -> x),
            In.list(o.get("credentials"), x -> x),
            In.record(o.get("jira"), Jira::from),
            In.truth(o.get("self")),
            In.record(o.get("shard"), Shard::from));
    }

    /**
     * The same with another ranges.
     * @return the new record
     */
    public ScanStartParams withRanges(List<Object> value) {
        return new ScanStartParams(profile, value, credentials, jira, self, shard);
    }

    /**
     * The same with another credentials.
     * @return the new record
     */
    public ScanStartParams withCredentials(List<Object> value) {
        return new ScanStartParams(profile, ranges, value, jira, self, shard);
    }

    /**
     * The same with another jira.
     * @return the new record
     */
    public ScanStartParams withJira(Jira value) {
        return new ScanStartParams(profile, ranges, credentials, value, self, shard);
    }

    /**
     * The same with another self.
     * @return the new record
     */
    public ScanStartParams withSelf(Boolean value) {
        return new ScanStartParams(profile, ranges, credentials, jira, value, shard);
    }

    /**
     * The same with another shard.
     * @return the new record
     */
    public ScanStartParams withShard(Shard value) {
        return new ScanStartParams(profile, ranges, credentials, jira, self, value);
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "profile", profile);
        In.put(o, "ranges", ranges);
        In.put(o, "credentials", credentials);
        In.put(o, "jira", jira);
        In.put(o, "self", self);
        In.put(o, "shard", shard);
        return o;
    }
}
