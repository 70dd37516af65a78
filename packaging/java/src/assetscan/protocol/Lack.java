// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Something that is not there, and why.
 * @param what A section, a fact class ("tpm") or a fact ("tpm.version").
 * @param why Why it is not there.
 * @param fix What would make it appear; null: nothing would.
 */
public record Lack(
        String what,
        String why,
        String fix) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static Lack from(Map<String, Object> o) {
        return new Lack(
            In.text(o.get("what")),
            In.text(o.get("why")),
            In.text(o.get("fix")));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "what", what);
        In.put(o, "why", why);
        In.put(o, "fix", fix);
        return o;
    }
}
