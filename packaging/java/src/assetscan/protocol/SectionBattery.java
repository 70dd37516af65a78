// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Batteries.
 * @param battery Batteries, a row each.
 * @param missing What is not there, and why.
 */
public record SectionBattery(
        List<Battery> battery,
        List<Lack> missing) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static SectionBattery from(Map<String, Object> o) {
        return new SectionBattery(
            In.list(o.get("battery"), x -> In.record(x, Battery::from)),
            In.list(o.get("missing"), x -> In.record(x, Lack::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "battery", battery);
        In.put(o, "missing", missing);
        return o;
    }

    /**
     * One row.
     * @param name Name.
     * @param vendor Maker.
     * @param serial Serial number.
     * @param designMwh Capacity when new; mWh.
     * @param fullMwh Capacity now; mWh.
     * @param cycles Charge cycles.
     * @param healthPercent Capacity now of that when new; percent.
     * @param chargePercent Charge at the time of the scan; percent.
     * @param state Charging, discharging, full ....
     * @param chemistry Li-ion, li-poly ....
     */
    public record Battery(
            String name,
            String vendor,
            String serial,
            Object designMwh,
            Object fullMwh,
            Object cycles,
            Double healthPercent,
            Double chargePercent,
            String state,
            String chemistry) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Battery from(Map<String, Object> o) {
            return new Battery(
                In.text(o.get("name")),
                In.text(o.get("vendor")),
                In.text(o.get("serial")),
                o.get("designMwh"),
                o.get("fullMwh"),
                o.get("cycles"),
                In.real(o.get("healthPercent")),
                In.real(o.get("chargePercent")),
                In.text(o.get("state")),
                In.text(o.get("chemistry")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "name", name);
            In.put(o, "vendor", vendor);
            In.put(o, "serial", serial);
            In.put(o, "designMwh", designMwh);
            In.put(o, "fullMwh", fullMwh);
            In.put(o, "cycles", cycles);
            In.put(o, "healthPercent", healthPercent);
            In.put(o, "chargePercent", chargePercent);
            In.put(o, "state", state);
            In.put(o, "chemistry", chemistry);
            return o;
        }
    }
}
