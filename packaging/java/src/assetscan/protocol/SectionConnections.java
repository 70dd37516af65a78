// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * TCP connections and listening ports.
 * @param connection TCP connections, and sockets that wait, UDP's too, a row each.
 * @param missing What is not there, and why.
 */
public record SectionConnections(
        List<Connection> connection,
        List<Lack> missing) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static SectionConnections from(Map<String, Object> o) {
        return new SectionConnections(
            In.list(o.get("connection"), x -> In.record(x, Connection::from)),
            In.list(o.get("missing"), x -> In.record(x, Lack::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "connection", connection);
        In.put(o, "missing", missing);
        return o;
    }

    /**
     * One row.
     * @param protocol Tcp, tcp6; udp, udp6 where the system lists them.
     * @param local Address:port.
     * @param remote Address:port.
     * @param state Established, listen ....
     * @param pid Process.
     * @param process Name of the process.
     */
    public record Connection(
            String protocol,
            String local,
            String remote,
            String state,
            Object pid,
            String process) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Connection from(Map<String, Object> o) {
            return new Connection(
                In.text(o.get("protocol")),
                In.text(o.get("local")),
                In.text(o.get("remote")),
                In.text(o.get("state")),
                o.get("pid"),
                In.text(o.get("process")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "protocol", protocol);
            In.put(o, "local", local);
            In.put(o, "remote", remote);
            In.put(o, "state", state);
            In.put(o, "pid", pid);
            In.put(o, "process", process);
            return o;
        }
    }
}
