// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How an existing asset is found.
 * @param keys The best first.
 * @param filter A WQL condition for the rows of Win32_NetworkAdapter whose addresses may match.
 * @param updateOnly true: assets are updated, never created.
 * @param remark A remark; not looked at.
 */
public record MappingMatcher(
        List<MappingKey> keys,
        String filter,
        Boolean updateOnly,
        Object remark) implements JsonValue {
    /**
     * With what is needed; the rest is added by the with-methods.
     * @return the record
     */
    public static MappingMatcher of(List<MappingKey> keys) {
        return new MappingMatcher(keys, null, null, null);
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static MappingMatcher from(Map<String, Object> o) {
        return new MappingMatcher(
            In.list(o.get("keys"), x -> In.record(x, MappingKey::from)),
            In.text(o.get("filter")),
            In.truth(o.get("updateOnly")),
            o.get("//"));
    }

    /**
     * The same with another filter.
     * @return the new record
     */
    public MappingMatcher withFilter(String value) {
        return new MappingMatcher(keys, value, updateOnly, remark);
    }

    /**
     * The same with another updateOnly.
     * @return the new record
     */
    public MappingMatcher withUpdateOnly(Boolean value) {
        return new MappingMatcher(keys, filter, value, remark);
    }

    /**
     * The same with another //.
     * @return the new record
     */
    public MappingMatcher withRemark(Object value) {
        return new MappingMatcher(keys, filter, updateOnly, value);
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "keys", keys);
        In.put(o, "filter", filter);
        In.put(o, "updateOnly", updateOnly);
        In.put(o, "//", remark);
        return o;
    }
}
