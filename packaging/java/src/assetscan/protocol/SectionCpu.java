// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Processors and their load.
 * @param cpu All processors together; null: nothing came.
 * @param core Logical processors, each with its load, a row each.
 * @param missing What is not there, and why.
 */
public record SectionCpu(
        Cpu cpu,
        List<Core> core,
        List<Lack> missing) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static SectionCpu from(Map<String, Object> o) {
        return new SectionCpu(
            In.record(o.get("cpu"), Cpu::from),
            In.list(o.get("core"), x -> In.record(x, Core::from)),
            In.list(o.get("missing"), x -> In.record(x, Lack::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "cpu", cpu);
        In.put(o, "core", core);
        In.put(o, "missing", missing);
        return o;
    }

    /**
     * All processors together; null: nothing came.
     * @param model Model name.
     * @param vendor GenuineIntel, AuthenticAMD, Apple, ARM ....
     * @param sockets Processors.
     * @param cores Cores of all processors.
     * @param threads Logical processors.
     * @param mhz Highest regular clock; MHz.
     * @param arch Architecture of the processor.
     * @param loadPercent Busy at the time of the scan; percent.
     * @param load1 Load average of one minute.
     * @param load5 Load average of five minutes.
     * @param load15 Load average of fifteen minutes.
     */
    public record Cpu(
            String model,
            String vendor,
            Object sockets,
            Object cores,
            Object threads,
            Object mhz,
            String arch,
            Double loadPercent,
            Double load1,
            Double load5,
            Double load15) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Cpu from(Map<String, Object> o) {
            return new Cpu(
                In.text(o.get("model")),
                In.text(o.get("vendor")),
                o.get("sockets"),
                o.get("cores"),
                o.get("threads"),
                o.get("mhz"),
                In.text(o.get("arch")),
                In.real(o.get("loadPercent")),
                In.real(o.get("load1")),
                In.real(o.get("load5")),
                In.real(o.get("load15")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "model", model);
            In.put(o, "vendor", vendor);
            In.put(o, "sockets", sockets);
            In.put(o, "cores", cores);
            In.put(o, "threads", threads);
            In.put(o, "mhz", mhz);
            In.put(o, "arch", arch);
            In.put(o, "loadPercent", loadPercent);
            In.put(o, "load1", load1);
            In.put(o, "load5", load5);
            In.put(o, "load15", load15);
            return o;
        }
    }

    /**
     * One row.
     * @param name Number of the processor.
     * @param loadPercent Busy at the time of the scan; percent.
     */
    public record Core(
            String name,
            Double loadPercent) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Core from(Map<String, Object> o) {
            return new Core(
                In.text(o.get("name")),
                In.real(o.get("loadPercent")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "name", name);
            In.put(o, "loadPercent", loadPercent);
            return o;
        }
    }
}
