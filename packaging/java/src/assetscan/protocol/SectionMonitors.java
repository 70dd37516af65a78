// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Displays.
 * @param monitor Displays that are connected, a row each.
 * @param missing What is not there, and why.
 */
public record SectionMonitors(
        List<Monitor> monitor,
        List<Lack> missing) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static SectionMonitors from(Map<String, Object> o) {
        return new SectionMonitors(
            In.list(o.get("monitor"), x -> In.record(x, Monitor::from)),
            In.list(o.get("missing"), x -> In.record(x, Lack::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "monitor", monitor);
        In.put(o, "missing", missing);
        return o;
    }

    /**
     * One row.
     * @param vendor Maker.
     * @param model Model.
     * @param serial Serial number.
     * @param year Year of make.
     * @param connector Where it is plugged in.
     * @param sizeInches Diagonal; inches.
     */
    public record Monitor(
            String vendor,
            String model,
            String serial,
            Object year,
            String connector,
            Double sizeInches) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Monitor from(Map<String, Object> o) {
            return new Monitor(
                In.text(o.get("vendor")),
                In.text(o.get("model")),
                In.text(o.get("serial")),
                o.get("year"),
                In.text(o.get("connector")),
                In.real(o.get("sizeInches")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "vendor", vendor);
            In.put(o, "model", model);
            In.put(o, "serial", serial);
            In.put(o, "year", year);
            In.put(o, "connector", connector);
            In.put(o, "sizeInches", sizeInches);
            return o;
        }
    }
}
