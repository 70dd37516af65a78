// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The machine, its board, firmware and graphics.
 * @param host How the computer is called; null: nothing came.
 * @param sys The machine: maker, model, serial number; null: nothing came.
 * @param board The main board; null: nothing came.
 * @param bios Firmware; null: nothing came.
 * @param gpu Graphics adapters, a row each.
 * @param missing What is not there, and why.
 */
public record SectionHardware(
        Host host,
        Sys sys,
        Board board,
        Bios bios,
        List<Gpu> gpu,
        List<Lack> missing) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static SectionHardware from(Map<String, Object> o) {
        return new SectionHardware(
            In.record(o.get("host"), Host::from),
            In.record(o.get("sys"), Sys::from),
            In.record(o.get("board"), Board::from),
            In.record(o.get("bios"), Bios::from),
            In.list(o.get("gpu"), x -> In.record(x, Gpu::from)),
            In.list(o.get("missing"), x -> In.record(x, Lack::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "host", host);
        In.put(o, "sys", sys);
        In.put(o, "board", board);
        In.put(o, "bios", bios);
        In.put(o, "gpu", gpu);
        In.put(o, "missing", missing);
        return o;
    }

    /**
     * How the computer is called; null: nothing came.
     * @param name Host name without domain.
     * @param fqdn Full name with domain.
     * @param domain DNS or Windows domain.
     * @param workgroup Windows workgroup where there is no domain.
     * @param joined Member of a domain.
     * @param role Workstation, server or domain controller.
     * @param computerName The name people gave it (macOS, NetBIOS).
     */
    public record Host(
            String name,
            String fqdn,
            String domain,
            String workgroup,
            Boolean joined,
            String role,
            String computerName) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Host from(Map<String, Object> o) {
            return new Host(
                In.text(o.get("name")),
                In.text(o.get("fqdn")),
                In.text(o.get("domain")),
                In.text(o.get("workgroup")),
                In.truth(o.get("joined")),
                In.text(o.get("role")),
                In.text(o.get("computerName")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "name", name);
            In.put(o, "fqdn", fqdn);
            In.put(o, "domain", domain);
            In.put(o, "workgroup", workgroup);
            In.put(o, "joined", joined);
            In.put(o, "role", role);
            In.put(o, "computerName", computerName);
            return o;
        }
    }

    /**
     * The machine: maker, model, serial number; null: nothing came.
     * @param vendor Maker of the machine.
     * @param model Model name.
     * @param modelName Marketing name of the model.
     * @param version Model version; Lenovo's marketing name.
     * @param sku Order number of the model.
     * @param family Product family.
     * @param serial Serial number of the machine.
     * @param uuid SMBIOS or platform UUID.
     * @param assetTag Asset tag in the firmware.
     * @param chassis Laptop, desktop, tower, rack, vm, container ....
     * @param chassisCode SMBIOS chassis type [DMTF DSP0134 7.4.1].
     * @param chassisSerial Serial number of the enclosure.
     * @param isPortable Laptop, tablet and the like.
     * @param virtualization None, kvm, vmware, hyperv, xen, lxc, docker ....
     */
    public record Sys(
            String vendor,
            String model,
            String modelName,
            String version,
            String sku,
            String family,
            String serial,
            String uuid,
            String assetTag,
            String chassis,
            Object chassisCode,
            String chassisSerial,
            Boolean isPortable,
            String virtualization) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Sys from(Map<String, Object> o) {
            return new Sys(
                In.text(o.get("vendor")),
                In.text(o.get("model")),
                In.text(o.get("modelName")),
                In.text(o.get("version")),
                In.text(o.get("sku")),
                In.text(o.get("family")),
                In.text(o.get("serial")),
                In.text(o.get("uuid")),
                In.text(o.get("assetTag")),
                In.text(o.get("chassis")),
                o.get("chassisCode"),
                In.text(o.get("chassisSerial")),
                In.truth(o.get("isPortable")),
                In.text(o.get("virtualization")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "vendor", vendor);
            In.put(o, "model", model);
            In.put(o, "modelName", modelName);
            In.put(o, "version", version);
            In.put(o, "sku", sku);
            In.put(o, "family", family);
            In.put(o, "serial", serial);
            In.put(o, "uuid", uuid);
            In.put(o, "assetTag", assetTag);
            In.put(o, "chassis", chassis);
            In.put(o, "chassisCode", chassisCode);
            In.put(o, "chassisSerial", chassisSerial);
            In.put(o, "isPortable", isPortable);
            In.put(o, "virtualization", virtualization);
            return o;
        }
    }

    /**
     * The main board; null: nothing came.
     * @param vendor Maker of the main board.
     * @param name Name of the main board.
     * @param version Its version.
     * @param serial Its serial number.
     */
    public record Board(
            String vendor,
            String name,
            String version,
            String serial) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Board from(Map<String, Object> o) {
            return new Board(
                In.text(o.get("vendor")),
                In.text(o.get("name")),
                In.text(o.get("version")),
                In.text(o.get("serial")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "vendor", vendor);
            In.put(o, "name", name);
            In.put(o, "version", version);
            In.put(o, "serial", serial);
            return o;
        }
    }

    /**
     * Firmware; null: nothing came.
     * @param vendor Maker of the firmware.
     * @param version Firmware version.
     * @param date Release date, YYYY-MM-DD.
     * @param type Bios or uefi.
     * @param secureBoot Secure boot is on.
     */
    public record Bios(
            String vendor,
            String version,
            String date,
            String type,
            Boolean secureBoot) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Bios from(Map<String, Object> o) {
            return new Bios(
                In.text(o.get("vendor")),
                In.text(o.get("version")),
                In.text(o.get("date")),
                In.text(o.get("type")),
                In.truth(o.get("secureBoot")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "vendor", vendor);
            In.put(o, "version", version);
            In.put(o, "date", date);
            In.put(o, "type", type);
            In.put(o, "secureBoot", secureBoot);
            return o;
        }
    }

    /**
     * One row.
     * @param name Name.
     * @param vendor Maker.
     * @param driver Driver and version.
     * @param memoryBytes Its own memory; bytes.
     * @param resolution Present resolution, 1920x1080.
     */
    public record Gpu(
            String name,
            String vendor,
            String driver,
            Object memoryBytes,
            String resolution) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Gpu from(Map<String, Object> o) {
            return new Gpu(
                In.text(o.get("name")),
                In.text(o.get("vendor")),
                In.text(o.get("driver")),
                o.get("memoryBytes"),
                In.text(o.get("resolution")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "name", name);
            In.put(o, "vendor", vendor);
            In.put(o, "driver", driver);
            In.put(o, "memoryBytes", memoryBytes);
            In.put(o, "resolution", resolution);
            return o;
        }
    }
}
