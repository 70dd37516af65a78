// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Clock and time zone.
 * @param time Clock and time zone; null: nothing came.
 * @param missing What is not there, and why.
 */
public record SectionTime(
        Time time,
        List<Lack> missing) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static SectionTime from(Map<String, Object> o) {
        return new SectionTime(
            In.record(o.get("time"), Time::from),
            In.list(o.get("missing"), x -> In.record(x, Lack::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "time", time);
        In.put(o, "missing", missing);
        return o;
    }

    /**
     * Clock and time zone; null: nothing came.
     * @param now The host's clock.
     * @param skewSeconds Ahead of the scanner's clock; seconds.
     * @param timezone Time zone.
     * @param offsetMinutes Offset from UTC; minutes.
     * @param source Where the clock is set from.
     * @param synchronised The clock is set from there.
     */
    public record Time(
            String now,
            Double skewSeconds,
            String timezone,
            Object offsetMinutes,
            String source,
            Boolean synchronised) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Time from(Map<String, Object> o) {
            return new Time(
                In.text(o.get("now")),
                In.real(o.get("skewSeconds")),
                In.text(o.get("timezone")),
                o.get("offsetMinutes"),
                In.text(o.get("source")),
                In.truth(o.get("synchronised")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "now", now);
            In.put(o, "skewSeconds", skewSeconds);
            In.put(o, "timezone", timezone);
            In.put(o, "offsetMinutes", offsetMinutes);
            In.put(o, "source", source);
            In.put(o, "synchronised", synchronised);
            return o;
        }
    }
}
