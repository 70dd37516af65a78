// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One of several processes that share a scan and need not know of each other. The addresses of all
 * ranges stand in ascending order, each once, exclusions taken off, and the host names behind them in
 * the order given; number i belongs to shard i modulo count. All shards must have the same ranges.
 * What an excluded name stands for keeps its number and is skipped.
 * @param index This process's number, from 0.
 * @param count How many processes there are.
 */
public record Shard(
        long index,
        long count) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static Shard from(Map<String, Object> o) {
        return new Shard(
            In.wholeOrZero(o.get("index")),
            In.wholeOrZero(o.get("count")));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "index", index);
        In.put(o, "count", count);
        return o;
    }
}
