// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where a value comes from: exactly one of fact, class, registry, file, sysctl and command.
 * @param fact A fact by its dotted name, such as os.name or identity.mac; `assetscan config show` lists them.
 * @param class_ A WMI class; with property, and namespace and filter where wanted.
 * @param property The property of the class.
 * @param namespace The WMI namespace; root&#92;cimv2 without it.
 * @param filter A WQL condition for the rows of the class.
 * @param registry A registry key; with value.
 * @param value The registry value's name; empty or missing: the default value.
 * @param file A file on the host.
 * @param sysctl A sysctl by its name.
 * @param command A command run on the host; its output is the value.
 * @param remark A remark; not looked at.
 */
public record MappingFrom(
        String fact,
        String class_,
        String property,
        String namespace,
        String filter,
        String registry,
        String value,
        String file,
        String sysctl,
        String command,
        Object remark) implements JsonValue {
    /**
     * With what is needed; the rest is added by the with-methods.
     * @return the record
     */
    public static MappingFrom of() {
        return new MappingFrom(null, null, null, null, null, null, null, null, null, null, null);
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static MappingFrom from(Map<String, Object> o) {
        return new MappingFrom(
            In.text(o.get("fact")),
            In.text(o.get("class")),
            In.text(o.get("property")),
            In.text(o.get("namespace")),
            In.text(o.get("filter")),
            In.text(o.get("registry")),
            In.text(o.get("value")),
            In.text(o.get("file")),
            In.text(o.get("sysctl")),
            In.text(o.get("command")),
            o.get("//"));
    }

    /**
     * The same with another fact.
     * @return the new record
     */
    public MappingFrom withFact(String other) {
        return new MappingFrom(other, class_, property, namespace, filter, registry, value, file, sysctl, command, remark);
    }

    /**
     * The same with another class.
     * @return the new record
     */
    public MappingFrom withClass(String other) {
        return new MappingFrom(fact, other, property, namespace, filter, registry, value, file, sysctl, command, remark);
    }

    /**
     * The same with another property.
     * @return the new record
     */
    public MappingFrom withProperty(String other) {
        return new MappingFrom(fact, class_, other, namespace, filter, registry, value, file, sysctl, command, remark);
    }

    /**
     * The same with another namespace.
     * @return the new record
     */
    public MappingFrom withNamespace(String other) {
        return new MappingFrom(fact, class_, property, other, filter, registry, value, file, sysctl, command, remark);
    }

    /**
     * The same with another filter.
     * @return the new record
     */
    public MappingFrom withFilter(String other) {
        return new MappingFrom(fact, class_, property, namespace, other, registry, value, file, sysctl, command, remark);
    }

    /**
     * The same with another registry.
     * @return the new record
     */
    public MappingFrom withRegistry(String other) {
        return new MappingFrom(fact, class_, property, namespace, filter, other, value, file, sysctl, command, remark);
    }

    /**
     * The same with another value.
     * @return the new record
     */
    public MappingFrom withValue(String other) {
        return new MappingFrom(fact, class_, property, namespace, filter, registry, other, file, sysctl, command, remark);
    }

    /**
     * The same with another file.
     * @return the new record
     */
    public MappingFrom withFile(String other) {
        return new MappingFrom(fact, class_, property, namespace, filter, registry, value, other, sysctl, command, remark);
    }

    /**
     * The same with another sysctl.
     * @return the new record
     */
    public MappingFrom withSysctl(String other) {
        return new MappingFrom(fact, class_, property, namespace, filter, registry, value, file, other, command, remark);
    }

    /**
     * The same with another command.
     * @return the new record
     */
    public MappingFrom withCommand(String other) {
        return new MappingFrom(fact, class_, property, namespace, filter, registry, value, file, sysctl, other, remark);
    }

    /**
     * The same with another //.
     * @return the new record
     */
    public MappingFrom withRemark(Object other) {
        return new MappingFrom(fact, class_, property, namespace, filter, registry, value, file, sysctl, command, other);
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "fact", fact);
        In.put(o, "class", class_);
        In.put(o, "property", property);
        In.put(o, "namespace", namespace);
        In.put(o, "filter", filter);
        In.put(o, "registry", registry);
        In.put(o, "value", value);
        In.put(o, "file", file);
        In.put(o, "sysctl", sysctl);
        In.put(o, "command", command);
        In.put(o, "//", remark);
        return o;
    }
}
