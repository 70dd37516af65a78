// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What outbox.flush takes.
 * @param jira Where and as whom; only records meant for this URL are posted.
 * @param profile Whose asset type and folder are used; without it the defaults.
 * @param includeRejected true: records that Jira refused for good are tried again.
 */
public record OutboxFlushParams(
        Jira jira,
        Profile profile,
        Boolean includeRejected) implements JsonValue {
    /**
     * With what is needed; the rest is added by the with-methods.
     * @return the record
     */
    public static OutboxFlushParams of(Jira jira) {
        return new OutboxFlushParams(jira, null, null);
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static OutboxFlushParams from(Map<String, Object> o) {
        return new OutboxFlushParams(
            In.record(o.get("jira"), Jira::from),
            In.record(o.get("profile"), Profile::from),
            In.truth(o.get("includeRejected")));
    }

    /**
     * The same with another profile.
     * @return the new record
     */
    public OutboxFlushParams withProfile(Profile value) {
        return new OutboxFlushParams(jira, value, includeRejected);
    }

    /**
     * The same with another includeRejected.
     * @return the new record
     */
    public OutboxFlushParams withIncludeRejected(Boolean value) {
        return new OutboxFlushParams(jira, profile, value);
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "jira", jira);
        In.put(o, "profile", profile);
        In.put(o, "includeRejected", includeRejected);
        return o;
    }
}
