// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What jira.check takes.
 * @param jira Where and as whom.
 * @param profile Whose asset type, folder and mapping are checked; without it the defaults.
 */
public record JiraCheckParams(
        Jira jira,
        Profile profile) implements JsonValue {
    /**
     * With what is needed; the rest is added by the with-methods.
     * @return the record
     */
    public static JiraCheckParams of(Jira jira) {
        return new JiraCheckParams(jira, null);
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static JiraCheckParams from(Map<String, Object> o) {
        return new JiraCheckParams(
            In.record(o.get("jira"), Jira::from),
            In.record(o.get("profile"), Profile::from));
    }

    /**
     * The same with another profile.
     * @return the new record
     */
    public JiraCheckParams withProfile(Profile value) {
        return new JiraCheckParams(jira, value);
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "jira", jira);
        In.put(o, "profile", profile);
        return o;
    }
}
