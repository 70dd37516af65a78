// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Main memory, its modules, swap; use of them.
 * @param memory Main memory as a whole; null: nothing came.
 * @param memoryModule Memory slots that are filled, a row each.
 * @param pagefile Page files and swap areas, a row each.
 * @param missing What is not there, and why.
 */
public record SectionMemory(
        Memory memory,
        List<MemoryModule> memoryModule,
        List<Pagefile> pagefile,
        List<Lack> missing) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static SectionMemory from(Map<String, Object> o) {
        return new SectionMemory(
            In.record(o.get("memory"), Memory::from),
            In.list(o.get("memoryModule"), x -> In.record(x, MemoryModule::from)),
            In.list(o.get("pagefile"), x -> In.record(x, Pagefile::from)),
            In.list(o.get("missing"), x -> In.record(x, Lack::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "memory", memory);
        In.put(o, "memoryModule", memoryModule);
        In.put(o, "pagefile", pagefile);
        In.put(o, "missing", missing);
        return o;
    }

    /**
     * Main memory as a whole; null: nothing came.
     * @param totalBytes Memory that the system sees; bytes.
     * @param availableBytes Free for programs; bytes.
     * @param installedBytes Sum of the modules; bytes.
     * @param swapTotalBytes Swap or page file; bytes.
     * @param swapFreeBytes Free part of it; bytes.
     * @param slots Slots on the board.
     * @param maxBytes What the board takes; bytes.
     * @param usedPercent Not available to programs; percent.
     * @param committedBytes Promised to programs; bytes.
     * @param commitLimitBytes What can be promised; bytes.
     * @param cachedBytes File cache; bytes.
     */
    public record Memory(
            Object totalBytes,
            Object availableBytes,
            Object installedBytes,
            Object swapTotalBytes,
            Object swapFreeBytes,
            Object slots,
            Object maxBytes,
            Double usedPercent,
            Object committedBytes,
            Object commitLimitBytes,
            Object cachedBytes) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Memory from(Map<String, Object> o) {
            return new Memory(
                o.get("totalBytes"),
                o.get("availableBytes"),
                o.get("installedBytes"),
                o.get("swapTotalBytes"),
                o.get("swapFreeBytes"),
                o.get("slots"),
                o.get("maxBytes"),
                In.real(o.get("usedPercent")),
                o.get("committedBytes"),
                o.get("commitLimitBytes"),
                o.get("cachedBytes"));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "totalBytes", totalBytes);
            In.put(o, "availableBytes", availableBytes);
            In.put(o, "installedBytes", installedBytes);
            In.put(o, "swapTotalBytes", swapTotalBytes);
            In.put(o, "swapFreeBytes", swapFreeBytes);
            In.put(o, "slots", slots);
            In.put(o, "maxBytes", maxBytes);
            In.put(o, "usedPercent", usedPercent);
            In.put(o, "committedBytes", committedBytes);
            In.put(o, "commitLimitBytes", commitLimitBytes);
            In.put(o, "cachedBytes", cachedBytes);
            return o;
        }
    }

    /**
     * One row.
     * @param slot Name of the slot.
     * @param bank Name of the bank.
     * @param sizeBytes Size; bytes.
     * @param type DDR4, DDR5 ....
     * @param speedMtps Speed; MT/s.
     * @param vendor Maker.
     * @param part Part number.
     * @param serial Serial number.
     */
    public record MemoryModule(
            String slot,
            String bank,
            Object sizeBytes,
            String type,
            Object speedMtps,
            String vendor,
            String part,
            String serial) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static MemoryModule from(Map<String, Object> o) {
            return new MemoryModule(
                In.text(o.get("slot")),
                In.text(o.get("bank")),
                o.get("sizeBytes"),
                In.text(o.get("type")),
                o.get("speedMtps"),
                In.text(o.get("vendor")),
                In.text(o.get("part")),
                In.text(o.get("serial")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "slot", slot);
            In.put(o, "bank", bank);
            In.put(o, "sizeBytes", sizeBytes);
            In.put(o, "type", type);
            In.put(o, "speedMtps", speedMtps);
            In.put(o, "vendor", vendor);
            In.put(o, "part", part);
            In.put(o, "serial", serial);
            return o;
        }
    }

    /**
     * One row.
     * @param name File or device.
     * @param sizeBytes Size; bytes.
     * @param usedBytes In use; bytes.
     */
    public record Pagefile(
            String name,
            Object sizeBytes,
            Object usedBytes) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Pagefile from(Map<String, Object> o) {
            return new Pagefile(
                In.text(o.get("name")),
                o.get("sizeBytes"),
                o.get("usedBytes"));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "name", name);
            In.put(o, "sizeBytes", sizeBytes);
            In.put(o, "usedBytes", usedBytes);
            return o;
        }
    }
}
