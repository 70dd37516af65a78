// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A credential as far as a CSV file holds it.
 * @param id The name by which ranges refer to it: row-N for the first row that has it, the heading being row 1.
 * @param protocol What it logs on to.
 * @param user The user, as the file has it.
 * @param password Not there when the field is empty; a scan wants it.
 */
public record LogOn(
        String id,
        String protocol,
        String user,
        String password) implements JsonValue {
    /**
     * With what is needed; the rest is added by the with-methods.
     * @return the record
     */
    public static LogOn of(String id, String protocol, String user) {
        return new LogOn(id, protocol, user, null);
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static LogOn from(Map<String, Object> o) {
        return new LogOn(
            In.text(o.get("id")),
            In.text(o.get("protocol")),
            In.text(o.get("user")),
            In.text(o.get("password")));
    }

    /**
     * The same with another password.
     * @return the new record
     */
    public LogOn withPassword(String value) {
        return new LogOn(id, protocol, user, value);
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "id", id);
        In.put(o, "protocol", protocol);
        In.put(o, "user", user);
        In.put(o, "password", password);
        return o;
    }

    /** Without what is secret. */
    @Override
    public String toString() {
        return "LogOn[id=" + id + ", protocol=" + protocol + ", user=" + user + ", password=" + (password == null ? "null" : "***") + "]";
    }
}
