// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A header of the administrator's choice, as proxies want it.
 * @param type Always header here.
 * @param name The header's name.
 * @param value The header's value.
 * @param valueFile Instead of the value: path of a file that holds it, on this machine; a relative one is looked for in $CREDENTIALS_DIRECTORY first. A line end behind it is not part of it.
 */
public record JiraHeader(
        String type,
        String name,
        String value,
        String valueFile) implements JsonValue {
    /**
     * With what is needed; the rest is added by the with-methods.
     * @return the record
     */
    public static JiraHeader of(String name) {
        return new JiraHeader("header", name, null, null);
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static JiraHeader from(Map<String, Object> o) {
        return new JiraHeader(
            In.text(o.get("type")),
            In.text(o.get("name")),
            In.text(o.get("value")),
            In.text(o.get("valueFile")));
    }

    /**
     * The same with another value.
     * @return the new record
     */
    public JiraHeader withValue(String other) {
        return new JiraHeader(type, name, other, valueFile);
    }

    /**
     * The same with another valueFile.
     * @return the new record
     */
    public JiraHeader withValueFile(String other) {
        return new JiraHeader(type, name, value, other);
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "type", type);
        In.put(o, "name", name);
        In.put(o, "value", value);
        In.put(o, "valueFile", valueFile);
        return o;
    }

    /** Without what is secret. */
    @Override
    public String toString() {
        return "JiraHeader[type=" + type + ", name=" + name + ", value=" + (value == null ? "null" : "***") + ", valueFile=" + valueFile + "]";
    }
}
