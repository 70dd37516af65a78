// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * User and password, sent as HTTP Basic.
 * @param type Always basic here.
 * @param user Jira's user name, without a colon.
 * @param password The password.
 * @param passwordFile Instead of the password: path of a file that holds it, on this machine; a relative one is looked for in $CREDENTIALS_DIRECTORY first. A line end behind it is not part of it.
 */
public record JiraBasic(
        String type,
        String user,
        String password,
        String passwordFile) implements JsonValue {
    /**
     * With what is needed; the rest is added by the with-methods.
     * @return the record
     */
    public static JiraBasic of(String user) {
        return new JiraBasic("basic", user, null, null);
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static JiraBasic from(Map<String, Object> o) {
        return new JiraBasic(
            In.text(o.get("type")),
            In.text(o.get("user")),
            In.text(o.get("password")),
            In.text(o.get("passwordFile")));
    }

    /**
     * The same with another password.
     * @return the new record
     */
    public JiraBasic withPassword(String value) {
        return new JiraBasic(type, user, value, passwordFile);
    }

    /**
     * The same with another passwordFile.
     * @return the new record
     */
    public JiraBasic withPasswordFile(String value) {
        return new JiraBasic(type, user, password, value);
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "type", type);
        In.put(o, "user", user);
        In.put(o, "password", password);
        In.put(o, "passwordFile", passwordFile);
        return o;
    }

    /** Without what is secret. */
    @Override
    public String toString() {
        return "JiraBasic[type=" + type + ", user=" + user + ", password=" + (password == null ? "null" : "***") + ", passwordFile=" + passwordFile + "]";
    }
}
