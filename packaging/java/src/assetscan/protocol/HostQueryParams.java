// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What host.query takes.
 * @param address The host's address or name.
 * @param protocol wmi takes a WQL query, ssh a command.
 * @param credentials How to log on.
 * @param port The TCP port; without it the protocol's own.
 * @param namespace The WMI namespace.
 * @param query The WQL query or the command. A command gives a row {line, stream} for each line it wrote, then {status}.
 * @param list classes: rows {class, parent, kind, advice} of a WMI namespace; kind is abstract, association or null, advice says why a class is better not asked. properties: rows {property, type, key, inherited, value} of a WMI class, with the values of its first instance. facts: rows {fact, row, value, unit, note} of what a mapping may name as a fact; note says what it is, or why it is missing and the fix.
 * @param class_ Of list: a pattern of class names (* and ?; a word without them stands for what contains it), the WMI class, or the class of facts. Of all classes of facts only the first rows are given.
 * @param try_ A mapping entry: an object, or the text of one in JSON or XML (&lt;field .../&gt;); its field may be left out. Gives rows {step, row, value, note}: asked, raw, regex, number, divide, template, join and result; or missing, with the fix as its note; suggestion and warning.
 * @param hostKeys Which SSH host keys are believed; accept-new by default.
 * @param connectTimeout Seconds that the TCP connect may take.
 * @param timeout Seconds for the whole query.
 * @param maxRows Rows that are sent at most; more are cut, and `truncated` says so.
 */
public record HostQueryParams(
        String address,
        String protocol,
        List<Object> credentials,
        Long port,
        String namespace,
        String query,
        String list,
        String class_,
        Object try_,
        Object hostKeys,
        Double connectTimeout,
        Double timeout,
        Long maxRows) implements JsonValue {
    /**
     * With what is needed; the rest is added by the with-methods.
     * @return the record
     */
    public static HostQueryParams of(String address, String protocol, List<Object> credentials) {
        return new HostQueryParams(address, protocol, credentials, null, null, null, null, null, null, null, null, null, null);
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static HostQueryParams from(Map<String, Object> o) {
        return new HostQueryParams(
            In.text(o.get("address")),
            In.text(o.get("protocol")),
            In.list(o.get("credentials"), x -> x),
            In.whole(o.get("port")),
            In.text(o.get("namespace")),
            In.text(o.get("query")),
            In.text(o.get("list")),
            In.text(o.get("class")),
            o.get("try"),
            o.get("hostKeys"),
            In.real(o.get("connectTimeout")),
            In.real(o.get("timeout")),
            In.whole(o.get("maxRows")));
    }

    /**
     * The same with another port.
     * @return the new record
     */
    public HostQueryParams withPort(Long value) {
        return new HostQueryParams(address, protocol, credentials, value, namespace, query, list, class_, try_, hostKeys, connectTimeout, timeout, maxRows);
    }

    /**
     * The same with another namespace.
     * @return the new record
     */
    public HostQueryParams withNamespace(String value) {
        return new HostQueryParams(address, protocol, credentials, port, value, query, list, class_, try_, hostKeys, connectTimeout, timeout, maxRows);
    }

    /**
     * The same with another query.
     * @return the new record
     */
    public HostQueryParams withQuery(String value) {
        return new HostQueryParams(address, protocol, credentials, port, namespace, value, list, class_, try_, hostKeys, connectTimeout, timeout, maxRows);
    }

    /**
     * The same with another list.
     * @return the new record
     */
    public HostQueryParams withList(String value) {
        return new HostQueryParams(address, protocol, credentials, port, namespace, query, value, class_, try_, hostKeys, connectTimeout, timeout, maxRows);
    }

    /**
     * The same with another class.
     * @return the new record
     */
    public HostQueryParams withClass(String value) {
        return new HostQueryParams(address, protocol, credentials, port, namespace, query, list, value, try_, hostKeys, connectTimeout, timeout, maxRows);
    }

    /**
     * The same with another try.
     * @return the new record
     */
    public HostQueryParams withTry(Object value) {
        return new HostQueryParams(address, protocol, credentials, port, namespace, query, list, class_, value, hostKeys, connectTimeout, timeout, maxRows);
    }

    /**
     * The same with another hostKeys.
     * @return the new record
     */
    public HostQueryParams withHostKeys(Object value) {
        return new HostQueryParams(address, protocol, credentials, port, namespace, query, list, class_, try_, value, connectTimeout, timeout, maxRows);
    }

    /**
     * The same with another connectTimeout.
     * @return the new record
     */
    public HostQueryParams withConnectTimeout(Double value) {
        return new HostQueryParams(address, protocol, credentials, port, namespace, query, list, class_, try_, hostKeys, value, timeout, maxRows);
    }

    /**
     * The same with another timeout.
     * @return the new record
     */
    public HostQueryParams withTimeout(Double value) {
        return new HostQueryParams(address, protocol, credentials, port, namespace, query, list, class_, try_, hostKeys, connectTimeout, value, maxRows);
    }

    /**
     * The same with another maxRows.
     * @return the new record
     */
    public HostQueryParams withMaxRows(Long value) {
        return new HostQueryParams(address, protocol, credentials, port, namespace, query, list, class_, try_, hostKeys, connectTimeout, timeout, value);
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "address", address);
        In.put(o, "protocol", protocol);
        In.put(o, "credentials", credentials);
        In.put(o, "port", port);
        In.put(o, "namespace", namespace);
        In.put(o, "query", query);
        In.put(o, "list", list);
        In.put(o, "class", class_);
        In.put(o, "try", try_);
        In.put(o, "hostKeys", hostKeys);
        In.put(o, "connectTimeout", connectTimeout);
        In.put(o, "timeout", timeout);
        In.put(o, "maxRows", maxRows);
        return o;
    }
}
