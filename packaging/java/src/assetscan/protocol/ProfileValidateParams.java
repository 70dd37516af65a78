// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What profile.validate takes.
 * @param profile The profile.
 * @param ranges The ranges.
 * @param credentials The credentials.
 * @param jira The Jira part; null: none.
 */
public record ProfileValidateParams(
        Profile profile,
        List<Object> ranges,
        List<Object> credentials,
        Jira jira) implements JsonValue {
    /**
     * With what is needed; the rest is added by the with-methods.
     * @return the record
     */
    public static ProfileValidateParams of(Profile profile) {
        return new ProfileValidateParams(profile, null, null, null);
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static ProfileValidateParams from(Map<String, Object> o) {
        return new ProfileValidateParams(
            In.record(o.get("profile"), Profile::from),
            In.list(o.get("ranges"), x -> x),
            In.list(o.get("credentials"), x -> x),
            In.record(o.get("jira"), Jira::from));
    }

    /**
     * The same with another ranges.
     * @return the new record
     */
    public ProfileValidateParams withRanges(List<Object> value) {
        return new ProfileValidateParams(profile, value, credentials, jira);
    }

    /**
     * The same with another credentials.
     * @return the new record
     */
    public ProfileValidateParams withCredentials(List<Object> value) {
        return new ProfileValidateParams(profile, ranges, value, jira);
    }

    /**
     * The same with another jira.
     * @return the new record
     */
    public ProfileValidateParams withJira(Jira value) {
        return new ProfileValidateParams(profile, ranges, credentials, value);
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "profile", profile);
        In.put(o, "ranges", ranges);
        In.put(o, "credentials", credentials);
        In.put(o, "jira", jira);
        return o;
    }
}
