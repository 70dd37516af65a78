// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How one asset field gets its value; several rules for one field are alternatives.
 * @param field The asset field's type name.
 * @param from from
 * @param divide The number is divided by this.
 * @param decimals Digits behind the point after dividing.
 * @param regex The part of the value that is kept.
 * @param template Text around the value.
 * @param join What stands between several values.
 * @param list true: several values stay several.
 * @param policy When the field is written. whenEmpty: only while the asset's field is empty; neverOverwrite: not where somebody changed it, or emptied it, after a scan wrote it.
 * @param tolerance A number is written only when it moved by more than this: an amount, or a text such as "5%" of what the asset says.
 * @param disabled true: left out.
 * @param remark A remark; not looked at.
 */
public record MappingRule(
        String field,
        MappingFrom from,
        Double divide,
        Long decimals,
        String regex,
        String template,
        String join,
        Boolean list,
        String policy,
        Object tolerance,
        Boolean disabled,
        Object remark) implements JsonValue {
    /**
     * With what is needed; the rest is added by the with-methods.
     * @return the record
     */
    public static MappingRule of() {
        return new MappingRule(null, null, null, null, null, null, null, null, null, null, null, null);
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static MappingRule from(Map<String, Object> o) {
        return new MappingRule(
            In.text(o.get("field")),
            In.record(o.get("from"), MappingFrom::from),
            In.real(o.get("divide")),
            In.whole(o.get("decimals")),
            In.text(o.get("regex")),
            In.text(o.get("template")),
            In.text(o.get("join")),
            In.truth(o.get("list")),
            In.text(o.get("policy")),
            o.get("tolerance"),
            In.truth(o.get("disabled")),
            o.get("//"));
    }

    /**
     * The same with another field.
     * @return the new record
     */
    public MappingRule withField(String value) {
        return new MappingRule(value, from, divide, decimals, regex, template, join, list, policy, tolerance, disabled, remark);
    }

    /**
     * The same with another from.
     * @return the new record
     */
    public MappingRule withFrom(MappingFrom value) {
        return new MappingRule(field, value, divide, decimals, regex, template, join, list, policy, tolerance, disabled, remark);
    }

    /**
     * The same with another divide.
     * @return the new record
     */
    public MappingRule withDivide(Double value) {
        return new MappingRule(field, from, value, decimals, regex, template, join, list, policy, tolerance, disabled, remark);
    }

    /**
     * The same with another decimals.
     * @return the new record
     */
    public MappingRule withDecimals(Long value) {
        return new MappingRule(field, from, divide, value, regex, template, join, list, policy, tolerance, disabled, remark);
    }

    /**
     * The same with another regex.
     * @return the new record
     */
    public MappingRule withRegex(String value) {
        return new MappingRule(field, from, divide, decimals, value, template, join, list, policy, tolerance, disabled, remark);
    }

    /**
     * The same with another template.
     * @return the new record
     */
    public MappingRule withTemplate(String value) {
        return new MappingRule(field, from, divide, decimals, regex, value, join, list, policy, tolerance, disabled, remark);
    }

    /**
     * The same with another join.
     * @return the new record
     */
    public MappingRule withJoin(String value) {
        return new MappingRule(field, from, divide, decimals, regex, template, value, list, policy, tolerance, disabled, remark);
    }

    /**
     * The same with another list.
     * @return the new record
     */
    public MappingRule withList(Boolean value) {
        return new MappingRule(field, from, divide, decimals, regex, template, join, value, policy, tolerance, disabled, remark);
    }

    /**
     * The same with another policy.
     * @return the new record
     */
    public MappingRule withPolicy(String value) {
        return new MappingRule(field, from, divide, decimals, regex, template, join, list, value, tolerance, disabled, remark);
    }

    /**
     * The same with another tolerance.
     * @return the new record
     */
    public MappingRule withTolerance(Object value) {
        return new MappingRule(field, from, divide, decimals, regex, template, join, list, policy, value, disabled, remark);
    }

    /**
     * The same with another disabled.
     * @return the new record
     */
    public MappingRule withDisabled(Boolean value) {
        return new MappingRule(field, from, divide, decimals, regex, template, join, list, policy, tolerance, value, remark);
    }

    /**
     * The same with another //.
     * @return the new record
     */
    public MappingRule withRemark(Object value) {
        return new MappingRule(field, from, divide, decimals, regex, template, join, list, policy, tolerance, disabled, value);
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "field", field);
        In.put(o, "from", from);
        In.put(o, "divide", divide);
        In.put(o, "decimals", decimals);
        In.put(o, "regex", regex);
        In.put(o, "template", template);
        In.put(o, "join", join);
        In.put(o, "list", list);
        In.put(o, "policy", policy);
        In.put(o, "tolerance", tolerance);
        In.put(o, "disabled", disabled);
        In.put(o, "//", remark);
        return o;
    }
}
