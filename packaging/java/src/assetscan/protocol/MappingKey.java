// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A field by which an existing asset is found.
 * @param field The asset field's type name.
 * @param from from
 * @param kind How values are compared.
 * @param disabled true: left out.
 * @param remark A remark; not looked at.
 */
public record MappingKey(
        String field,
        MappingFrom from,
        String kind,
        Boolean disabled,
        Object remark) implements JsonValue {
    /**
     * With what is needed; the rest is added by the with-methods.
     * @return the record
     */
    public static MappingKey of() {
        return new MappingKey(null, null, null, null, null);
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static MappingKey from(Map<String, Object> o) {
        return new MappingKey(
            In.text(o.get("field")),
            In.record(o.get("from"), MappingFrom::from),
            In.text(o.get("kind")),
            In.truth(o.get("disabled")),
            o.get("//"));
    }

    /**
     * The same with another field.
     * @return the new record
     */
    public MappingKey withField(String value) {
        return new MappingKey(value, from, kind, disabled, remark);
    }

    /**
     * The same with another from.
     * @return the new record
     */
    public MappingKey withFrom(MappingFrom value) {
        return new MappingKey(field, value, kind, disabled, remark);
    }

    /**
     * The same with another kind.
     * @return the new record
     */
    public MappingKey withKind(String value) {
        return new MappingKey(field, from, value, disabled, remark);
    }

    /**
     * The same with another disabled.
     * @return the new record
     */
    public MappingKey withDisabled(Boolean value) {
        return new MappingKey(field, from, kind, value, remark);
    }

    /**
     * The same with another //.
     * @return the new record
     */
    public MappingKey withRemark(Object value) {
        return new MappingKey(field, from, kind, disabled, value);
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "field", field);
        In.put(o, "from", from);
        In.put(o, "kind", kind);
        In.put(o, "disabled", disabled);
        In.put(o, "//", remark);
        return o;
    }
}
