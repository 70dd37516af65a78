// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Printers and print queues.
 * @param printer Printers and print queues, a row each.
 * @param missing What is not there, and why.
 */
public record SectionPrinters(
        List<Printer> printer,
        List<Lack> missing) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static SectionPrinters from(Map<String, Object> o) {
        return new SectionPrinters(
            In.list(o.get("printer"), x -> In.record(x, Printer::from)),
            In.list(o.get("missing"), x -> In.record(x, Lack::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "printer", printer);
        In.put(o, "missing", missing);
        return o;
    }

    /**
     * One row.
     * @param name Name of the printer or queue.
     * @param driver Driver.
     * @param port Port or device address.
     * @param address Network address of the device.
     * @param location Where it stands, as somebody typed it.
     * @param shared Shared with others.
     * @param network Reached by network.
     * @param isDefault The default one.
     * @param state Idle, printing, stopped, offline ....
     */
    public record Printer(
            String name,
            String driver,
            String port,
            String address,
            String location,
            Boolean shared,
            Boolean network,
            Boolean isDefault,
            String state) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Printer from(Map<String, Object> o) {
            return new Printer(
                In.text(o.get("name")),
                In.text(o.get("driver")),
                In.text(o.get("port")),
                In.text(o.get("address")),
                In.text(o.get("location")),
                In.truth(o.get("shared")),
                In.truth(o.get("network")),
                In.truth(o.get("isDefault")),
                In.text(o.get("state")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "name", name);
            In.put(o, "driver", driver);
            In.put(o, "port", port);
            In.put(o, "address", address);
            In.put(o, "location", location);
            In.put(o, "shared", shared);
            In.put(o, "network", network);
            In.put(o, "isDefault", isDefault);
            In.put(o, "state", state);
            return o;
        }
    }
}
