// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One address that was asked, exactly once per address that answered, and per silent one where the
 * profile wants that.
 * @param scanId scanId
 * @param address The address that was asked; a name that has no address stands here itself.
 * @param name The host name, from the range or from the host; null: not known.
 * @param protocol The protocol that it was asked with; self: this very machine, without network; null: it was not asked.
 * @param state What became of it.
 * @param credential The id of the credential that worked; null: none.
 * @param os The operating system; null where nothing was learnt.
 * @param identity What identifies the computer; null where nothing was learnt.
 * @param fields Asset fields that the mapping made.
 * @param missing Mapped fields without a value.
 * @param asset What makes an asset of it beside the fields; null where nothing was mapped.
 * @param sections The inventory sections that were asked for.
 * @param warnings Things that a person should know, in plain words.
 * @param error Why the host could not be scanned, or only in part; null: no error.
 * @param timings How long it took.
 * @param roundTrips Waits for the host, TCP connects included.
 */
public record ScanHostEvent(
        String scanId,
        String address,
        String name,
        String protocol,
        String state,
        String credential,
        Os os,
        Identity identity,
        List<Field> fields,
        List<Missing> missing,
        HostAsset asset,
        Sections sections,
        List<String> warnings,
        ErrorInfo error,
        Timings timings,
        long roundTrips) implements JsonValue, Event {
    @Override
    public String method() {
        return "scan.host";
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static ScanHostEvent from(Map<String, Object> o) {
        return new ScanHostEvent(
            In.text(o.get("scanId")),
            In.text(o.get("address")),
            In.text(o.get("name")),
            In.text(o.get("protocol")),
            In.text(o.get("state")),
            In.text(o.get("credential")),
            In.record(o.get("os"), Os::from),
            In.record(o.get("identity"), Identity::from),
            In.list(o.get("fields"), x -> In.record(x, Field::from)),
            In.list(o.get("missing"), x -> In.record(x, Missing::from)),
            In.record(o.get("asset"), HostAsset::from),
            In.record(o.get("sections"), Sections::from),
            In.list(o.get("warnings"), x -> In.text(x)),
            In.record(o.get("error"), ErrorInfo::from),
            In.record(o.get("timings"), Timings::from),
            In.wholeOrZero(o.get("roundTrips")));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "scanId", scanId);
        In.put(o, "address", address);
        In.put(o, "name", name);
        In.put(o, "protocol", protocol);
        In.put(o, "state", state);
        In.put(o, "credential", credential);
        In.put(o, "os", os);
        In.put(o, "identity", identity);
        In.put(o, "fields", fields);
        In.put(o, "missing", missing);
        In.put(o, "asset", asset);
        In.put(o, "sections", sections);
        In.put(o, "warnings", warnings);
        In.put(o, "error", error);
        In.put(o, "timings", timings);
        In.put(o, "roundTrips", roundTrips);
        return o;
    }

    /**
     * An asset field and its values.
     * @param typeName The field's type name in Asset Tracker.
     * @param values Its values as text.
     */
    public record Field(
            String typeName,
            List<String> values) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Field from(Map<String, Object> o) {
            return new Field(
                In.text(o.get("typeName")),
                In.list(o.get("values"), x -> In.text(x)));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "typeName", typeName);
            In.put(o, "values", values);
            return o;
        }
    }

    /**
     * A field without a value.
     * @param field The field's type name.
     * @param why Why there is none.
     * @param fix What would make it appear.
     */
    public record Missing(
            String field,
            String why,
            String fix) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Missing from(Map<String, Object> o) {
            return new Missing(
                In.text(o.get("field")),
                In.text(o.get("why")),
                In.text(o.get("fix")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "field", field);
            In.put(o, "why", why);
            In.put(o, "fix", fix);
            return o;
        }
    }

    /**
     * How long it took.
     * @param connect Seconds for the TCP connect.
     * @param logon Seconds from the connect to a log-on.
     * @param total Seconds for the host in all.
     */
    public record Timings(
            double connect,
            double logon,
            double total) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Timings from(Map<String, Object> o) {
            return new Timings(
                In.realOrZero(o.get("connect")),
                In.realOrZero(o.get("logon")),
                In.realOrZero(o.get("total")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "connect", connect);
            In.put(o, "logon", logon);
            In.put(o, "total", total);
            return o;
        }
    }
}
