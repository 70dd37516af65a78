// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What host.check takes.
 * @param address The host's address or name.
 * @param credentials How to log on.
 * @param protocol The protocol; without it that of the first credential.
 * @param port The TCP port; without it the protocol's own.
 * @param hostKeys Which SSH host keys are believed; accept-new by default.
 * @param connectTimeout Seconds that the TCP connect may take.
 * @param timeout Seconds for the whole check.
 * @param sudo true: over SSH, `sudo -n` is tried for facts that need root.
 */
public record HostCheckParams(
        String address,
        List<Object> credentials,
        String protocol,
        Long port,
        Object hostKeys,
        Double connectTimeout,
        Double timeout,
        Boolean sudo) implements JsonValue {
    /**
     * With what is needed; the rest is added by the with-methods.
     * @return the record
     */
    public static HostCheckParams of(String address, List<Object> credentials) {
        return new HostCheckParams(address, credentials, null, null, null, null, null, null);
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static HostCheckParams from(Map<String, Object> o) {
        return new HostCheckParams(
            In.text(o.get("address")),
            In.list(o.get("credentials"), x -> x),
            In.text(o.get("protocol")),
            In.whole(o.get("port")),
            o.get("hostKeys"),
            In.real(o.get("connectTimeout")),
            In.real(o.get("timeout")),
            In.truth(o.get("sudo")));
    }

    /**
     * The same with another protocol.
     * @return the new record
     */
    public HostCheckParams withProtocol(String value) {
        return new HostCheckParams(address, credentials, value, port, hostKeys, connectTimeout, timeout, sudo);
    }

    /**
     * The same with another port.
     * @return the new record
     */
    public HostCheckParams withPort(Long value) {
        return new HostCheckParams(address, credentials, protocol, value, hostKeys, connectTimeout, timeout, sudo);
    }

    /**
     * The same with another hostKeys.
     * @return the new record
     */
    public HostCheckParams withHostKeys(Object value) {
        return new HostCheckParams(address, credentials, protocol, port, value, connectTimeout, timeout, sudo);
    }

    /**
     * The same with another connectTimeout.
     * @return the new record
     */
    public HostCheckParams withConnectTimeout(Double value) {
        return new HostCheckParams(address, credentials, protocol, port, hostKeys, value, timeout, sudo);
    }

    /**
     * The same with another timeout.
     * @return the new record
     */
    public HostCheckParams withTimeout(Double value) {
        return new HostCheckParams(address, credentials, protocol, port, hostKeys, connectTimeout, value, sudo);
    }

    /**
     * The same with another sudo.
     * @return the new record
     */
    public HostCheckParams withSudo(Boolean value) {
        return new HostCheckParams(address, credentials, protocol, port, hostKeys, connectTimeout, timeout, value);
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "address", address);
        In.put(o, "credentials", credentials);
        In.put(o, "protocol", protocol);
        In.put(o, "port", port);
        In.put(o, "hostKeys", hostKeys);
        In.put(o, "connectTimeout", connectTimeout);
        In.put(o, "timeout", timeout);
        In.put(o, "sudo", sudo);
        return o;
    }
}
