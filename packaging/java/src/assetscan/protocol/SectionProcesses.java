// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Running processes, without their arguments.
 * @param process Running processes, a row each.
 * @param missing What is not there, and why.
 */
public record SectionProcesses(
        List<Process> process,
        List<Lack> missing) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static SectionProcesses from(Map<String, Object> o) {
        return new SectionProcesses(
            In.list(o.get("process"), x -> In.record(x, Process::from)),
            In.list(o.get("missing"), x -> In.record(x, Lack::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "process", process);
        In.put(o, "missing", missing);
        return o;
    }

    /**
     * One row.
     * @param name Name.
     * @param pid Number.
     * @param parent Number of the parent.
     * @param user Owner.
     * @param memoryBytes Resident memory; bytes.
     * @param cpuSeconds Processor time used; seconds.
     * @param started Start.
     * @param cpuPercent Of one processor, at the time of the scan or over its life; percent.
     * @param threads Threads.
     * @param handles Handles or descriptors.
     * @param virtualBytes Address space; bytes.
     * @param privateBytes Memory of its own; bytes.
     */
    public record Process(
            String name,
            Object pid,
            Object parent,
            String user,
            Object memoryBytes,
            Double cpuSeconds,
            String started,
            Double cpuPercent,
            Object threads,
            Object handles,
            Object virtualBytes,
            Object privateBytes) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Process from(Map<String, Object> o) {
            return new Process(
                In.text(o.get("name")),
                o.get("pid"),
                o.get("parent"),
                In.text(o.get("user")),
                o.get("memoryBytes"),
                In.real(o.get("cpuSeconds")),
                In.text(o.get("started")),
                In.real(o.get("cpuPercent")),
                o.get("threads"),
                o.get("handles"),
                o.get("virtualBytes"),
                o.get("privateBytes"));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "name", name);
            In.put(o, "pid", pid);
            In.put(o, "parent", parent);
            In.put(o, "user", user);
            In.put(o, "memoryBytes", memoryBytes);
            In.put(o, "cpuSeconds", cpuSeconds);
            In.put(o, "started", started);
            In.put(o, "cpuPercent", cpuPercent);
            In.put(o, "threads", threads);
            In.put(o, "handles", handles);
            In.put(o, "virtualBytes", virtualBytes);
            In.put(o, "privateBytes", privateBytes);
            return o;
        }
    }
}
