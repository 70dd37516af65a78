// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Services and daemons.
 * @param service Services and daemons, a row each.
 * @param missing What is not there, and why.
 */
public record SectionServices(
        List<Service> service,
        List<Lack> missing) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static SectionServices from(Map<String, Object> o) {
        return new SectionServices(
            In.list(o.get("service"), x -> In.record(x, Service::from)),
            In.list(o.get("missing"), x -> In.record(x, Lack::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "service", service);
        In.put(o, "missing", missing);
        return o;
    }

    /**
     * One row.
     * @param name Name.
     * @param displayName Name for people.
     * @param state Running, stopped, failed ....
     * @param startMode Auto, manual, disabled.
     * @param account Account it runs as.
     * @param path Program.
     * @param pid Its process.
     * @param exitCode How it ended last.
     */
    public record Service(
            String name,
            String displayName,
            String state,
            String startMode,
            String account,
            String path,
            Object pid,
            Object exitCode) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Service from(Map<String, Object> o) {
            return new Service(
                In.text(o.get("name")),
                In.text(o.get("displayName")),
                In.text(o.get("state")),
                In.text(o.get("startMode")),
                In.text(o.get("account")),
                In.text(o.get("path")),
                o.get("pid"),
                o.get("exitCode"));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "name", name);
            In.put(o, "displayName", displayName);
            In.put(o, "state", state);
            In.put(o, "startMode", startMode);
            In.put(o, "account", account);
            In.put(o, "path", path);
            In.put(o, "pid", pid);
            In.put(o, "exitCode", exitCode);
            return o;
        }
    }
}
