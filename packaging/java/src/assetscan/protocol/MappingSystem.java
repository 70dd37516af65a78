// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rules for one or more operating systems.
 * @param os Which systems; without it all, and each takes the rules that it can answer.
 * @param path Folders with colons between, put into PATH for commands.
 * @param matcher matcher
 * @param fields The asset's fields.
 * @param remark A remark; not looked at.
 */
public record MappingSystem(
        Object os,
        String path,
        MappingMatcher matcher,
        List<MappingRule> fields,
        Object remark) implements JsonValue {
    /**
     * With what is needed; the rest is added by the with-methods.
     * @return the record
     */
    public static MappingSystem of(List<MappingRule> fields) {
        return new MappingSystem(null, null, null, fields, null);
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static MappingSystem from(Map<String, Object> o) {
        return new MappingSystem(
            o.get("os"),
            In.text(o.get("path")),
            In.record(o.get("matcher"), MappingMatcher::from),
            In.list(o.get("fields"), x -> In.record(x, MappingRule::from)),
            o.get("//"));
    }

    /**
     * The same with another os.
     * @return the new record
     */
    public MappingSystem withOs(Object value) {
        return new MappingSystem(value, path, matcher, fields, remark);
    }

    /**
     * The same with another path.
     * @return the new record
     */
    public MappingSystem withPath(String value) {
        return new MappingSystem(os, value, matcher, fields, remark);
    }

    /**
     * The same with another matcher.
     * @return the new record
     */
    public MappingSystem withMatcher(MappingMatcher value) {
        return new MappingSystem(os, path, value, fields, remark);
    }

    /**
     * The same with another //.
     * @return the new record
     */
    public MappingSystem withRemark(Object value) {
        return new MappingSystem(os, path, matcher, fields, value);
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "os", os);
        In.put(o, "path", path);
        In.put(o, "matcher", matcher);
        In.put(o, "fields", fields);
        In.put(o, "//", remark);
        return o;
    }
}
