// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A personal access token.
 * @param type Always bearer here.
 * @param token The token.
 * @param tokenFile Instead of the token: path of a file that holds it, on this machine; a relative one is looked for in $CREDENTIALS_DIRECTORY first. A line end behind it is not part of it.
 */
public record JiraBearer(
        String type,
        String token,
        String tokenFile) implements JsonValue {
    /**
     * With what is needed; the rest is added by the with-methods.
     * @return the record
     */
    public static JiraBearer of() {
        return new JiraBearer("bearer", null, null);
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static JiraBearer from(Map<String, Object> o) {
        return new JiraBearer(
            In.text(o.get("type")),
            In.text(o.get("token")),
            In.text(o.get("tokenFile")));
    }

    /**
     * The same with another token.
     * @return the new record
     */
    public JiraBearer withToken(String value) {
        return new JiraBearer(type, value, tokenFile);
    }

    /**
     * The same with another tokenFile.
     * @return the new record
     */
    public JiraBearer withTokenFile(String value) {
        return new JiraBearer(type, token, value);
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "type", type);
        In.put(o, "token", token);
        In.put(o, "tokenFile", tokenFile);
        return o;
    }

    /** Without what is secret. */
    @Override
    public String toString() {
        return "JiraBearer[type=" + type + ", token=" + (token == null ? "null" : "***") + ", tokenFile=" + tokenFile + "]";
    }
}
