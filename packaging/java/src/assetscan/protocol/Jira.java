// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where results go and as whom.
 * @param url Jira's base URL with its context path, without ? and # and user.
 * @param auth How to log in.
 * @param dryRun true: nothing is written; scan.asset says what would be.
 * @param caFile Path of a PEM file with the certificate authorities to trust; null: the system's.
 * @param proxy URL of an HTTP proxy; null: what the environment says.
 */
public record Jira(
        String url,
        Object auth,
        Boolean dryRun,
        String caFile,
        String proxy) implements JsonValue {
    /**
     * With what is needed; the rest is added by the with-methods.
     * @return the record
     */
    public static Jira of(String url, Object auth) {
        return new Jira(url, auth, null, null, null);
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static Jira from(Map<String, Object> o) {
        return new Jira(
            In.text(o.get("url")),
            o.get("auth"),
            In.truth(o.get("dryRun")),
            In.text(o.get("caFile")),
            In.text(o.get("proxy")));
    }

    /**
     * The same with another dryRun.
     * @return the new record
     */
    public Jira withDryRun(Boolean value) {
        return new Jira(url, auth, value, caFile, proxy);
    }

    /**
     * The same with another caFile.
     * @return the new record
     */
    public Jira withCaFile(String value) {
        return new Jira(url, auth, dryRun, value, proxy);
    }

    /**
     * The same with another proxy.
     * @return the new record
     */
    public Jira withProxy(String value) {
        return new Jira(url, auth, dryRun, caFile, value);
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "url", url);
        In.put(o, "auth", auth);
        In.put(o, "dryRun", dryRun);
        In.put(o, "caFile", caFile);
        In.put(o, "proxy", proxy);
        return o;
    }
}
