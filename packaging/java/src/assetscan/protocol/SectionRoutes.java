// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The routing table.
 * @param route The routing table, a row each.
 * @param missing What is not there, and why.
 */
public record SectionRoutes(
        List<Route> route,
        List<Lack> missing) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static SectionRoutes from(Map<String, Object> o) {
        return new SectionRoutes(
            In.list(o.get("route"), x -> In.record(x, Route::from)),
            In.list(o.get("missing"), x -> In.record(x, Lack::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "route", route);
        In.put(o, "missing", missing);
        return o;
    }

    /**
     * One row.
     * @param destination Network, with prefix; default: 0.0.0.0/0, ::/0.
     * @param gateway Next hop.
     * @param nic Adapter.
     * @param metric Metric.
     */
    public record Route(
            String destination,
            String gateway,
            String nic,
            Object metric) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Route from(Map<String, Object> o) {
            return new Route(
                In.text(o.get("destination")),
                In.text(o.get("gateway")),
                In.text(o.get("nic")),
                o.get("metric"));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "destination", destination);
            In.put(o, "gateway", gateway);
            In.put(o, "nic", nic);
            In.put(o, "metric", metric);
            return o;
        }
    }
}
