// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What helper.info answers.
 * @param name The program's name.
 * @param version The program's version.
 * @param protocol The version of this protocol; the first number changes when something is taken away.
 * @param capabilities What it can do.
 * @param limits How much it takes.
 * @param libraries Versions of the libraries in use, by name.
 */
public record HelperInfoResult(
        String name,
        String version,
        String protocol,
        Capabilities capabilities,
        Limits limits,
        Map<String, String> libraries) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static HelperInfoResult from(Map<String, Object> o) {
        return new HelperInfoResult(
            In.text(o.get("name")),
            In.text(o.get("version")),
            In.text(o.get("protocol")),
            In.record(o.get("capabilities"), Capabilities::from),
            In.record(o.get("limits"), Limits::from),
            In.map(o.get("libraries"), x -> In.text(x)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "name", name);
        In.put(o, "version", version);
        In.put(o, "protocol", protocol);
        In.put(o, "capabilities", capabilities);
        In.put(o, "limits", limits);
        In.put(o, "libraries", libraries);
        return o;
    }

    /**
     * What it can do.
     * @param methods Methods it has.
     * @param notifications Notifications it may send.
     * @param protocols Protocols it scans with.
     * @param formats Forms of a mapping that it reads.
     */
    public record Capabilities(
            List<String> methods,
            List<String> notifications,
            List<String> protocols,
            List<String> formats) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Capabilities from(Map<String, Object> o) {
            return new Capabilities(
                In.list(o.get("methods"), x -> In.text(x)),
                In.list(o.get("notifications"), x -> In.text(x)),
                In.list(o.get("protocols"), x -> In.text(x)),
                In.list(o.get("formats"), x -> In.text(x)));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "methods", methods);
            In.put(o, "notifications", notifications);
            In.put(o, "protocols", protocols);
            In.put(o, "formats", formats);
            return o;
        }
    }

    /**
     * How much it takes.
     * @param maxLineBytes Longest request line, in bytes, without its newline.
     * @param maxDepth Deepest nesting of arrays and objects in a request.
     * @param maxBatch Most messages in one batch.
     * @param maxIpv6Range Most addresses in one IPv6 range.
     * @param descriptors File descriptors that the process may have open.
     * @param maxScans Most scans that it runs at the same time.
     */
    public record Limits(
            long maxLineBytes,
            long maxDepth,
            Long maxBatch,
            long maxIpv6Range,
            Long descriptors,
            Long maxScans) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Limits from(Map<String, Object> o) {
            return new Limits(
                In.wholeOrZero(o.get("maxLineBytes")),
                In.wholeOrZero(o.get("maxDepth")),
                In.whole(o.get("maxBatch")),
                In.wholeOrZero(o.get("maxIpv6Range")),
                In.whole(o.get("descriptors")),
                In.whole(o.get("maxScans")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "maxLineBytes", maxLineBytes);
            In.put(o, "maxDepth", maxDepth);
            In.put(o, "maxBatch", maxBatch);
            In.put(o, "maxIpv6Range", maxIpv6Range);
            In.put(o, "descriptors", descriptors);
            In.put(o, "maxScans", maxScans);
            return o;
        }
    }
}
