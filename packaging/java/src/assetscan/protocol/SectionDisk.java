// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Drives, volumes, pools; use of them.
 * @param disk Physical drives, a row each.
 * @param volume Local file systems, a row each.
 * @param diskLoad How busy drives and volumes are, a row each.
 * @param volumeGroup LVM volume groups, ZFS and storage pools, a row each.
 * @param logicalVolume Logical volumes in them, a row each.
 * @param raid RAID sets, a row each.
 * @param missing What is not there, and why.
 */
public record SectionDisk(
        List<Disk> disk,
        List<Volume> volume,
        List<DiskLoad> diskLoad,
        List<VolumeGroup> volumeGroup,
        List<LogicalVolume> logicalVolume,
        List<Raid> raid,
        List<Lack> missing) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static SectionDisk from(Map<String, Object> o) {
        return new SectionDisk(
            In.list(o.get("disk"), x -> In.record(x, Disk::from)),
            In.list(o.get("volume"), x -> In.record(x, Volume::from)),
            In.list(o.get("diskLoad"), x -> In.record(x, DiskLoad::from)),
            In.list(o.get("volumeGroup"), x -> In.record(x, VolumeGroup::from)),
            In.list(o.get("logicalVolume"), x -> In.record(x, LogicalVolume::from)),
            In.list(o.get("raid"), x -> In.record(x, Raid::from)),
            In.list(o.get("missing"), x -> In.record(x, Lack::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "disk", disk);
        In.put(o, "volume", volume);
        In.put(o, "diskLoad", diskLoad);
        In.put(o, "volumeGroup", volumeGroup);
        In.put(o, "logicalVolume", logicalVolume);
        In.put(o, "raid", raid);
        In.put(o, "missing", missing);
        return o;
    }

    /**
     * One row.
     * @param name Sda, disk0, &#92;&#92;.&#92;PHYSICALDRIVE0.
     * @param model Model.
     * @param vendor Maker.
     * @param serial Serial number.
     * @param firmware Firmware revision.
     * @param sizeBytes Size; bytes.
     * @param media Ssd, hdd or unknown.
     * @param bus Nvme, sata, sas, usb, virtio ....
     * @param removable A stick or card.
     * @param wwn World wide name.
     * @param health What the drive says of itself.
     */
    public record Disk(
            String name,
            String model,
            String vendor,
            String serial,
            String firmware,
            Object sizeBytes,
            String media,
            String bus,
            Boolean removable,
            String wwn,
            String health) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Disk from(Map<String, Object> o) {
            return new Disk(
                In.text(o.get("name")),
                In.text(o.get("model")),
                In.text(o.get("vendor")),
                In.text(o.get("serial")),
                In.text(o.get("firmware")),
                o.get("sizeBytes"),
                In.text(o.get("media")),
                In.text(o.get("bus")),
                In.truth(o.get("removable")),
                In.text(o.get("wwn")),
                In.text(o.get("health")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "name", name);
            In.put(o, "model", model);
            In.put(o, "vendor", vendor);
            In.put(o, "serial", serial);
            In.put(o, "firmware", firmware);
            In.put(o, "sizeBytes", sizeBytes);
            In.put(o, "media", media);
            In.put(o, "bus", bus);
            In.put(o, "removable", removable);
            In.put(o, "wwn", wwn);
            In.put(o, "health", health);
            return o;
        }
    }

    /**
     * One row.
     * @param mount Mount point or drive letter.
     * @param device What is mounted there.
     * @param fs File system.
     * @param sizeBytes Size; bytes.
     * @param freeBytes Free; bytes.
     * @param label Label.
     * @param serial Volume serial number or UUID.
     * @param encrypted LUKS, BitLocker, FileVault.
     * @param usedPercent In use; percent.
     * @param readOnly Mounted read-only.
     * @param compressed Compressed as a whole.
     * @param dirty Wants a check at the next start.
     * @param quotas Quotas are on.
     * @param inodesFree Free inodes.
     */
    public record Volume(
            String mount,
            String device,
            String fs,
            Object sizeBytes,
            Object freeBytes,
            String label,
            String serial,
            Boolean encrypted,
            Double usedPercent,
            Boolean readOnly,
            Boolean compressed,
            Boolean dirty,
            Boolean quotas,
            Object inodesFree) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Volume from(Map<String, Object> o) {
            return new Volume(
                In.text(o.get("mount")),
                In.text(o.get("device")),
                In.text(o.get("fs")),
                o.get("sizeBytes"),
                o.get("freeBytes"),
                In.text(o.get("label")),
                In.text(o.get("serial")),
                In.truth(o.get("encrypted")),
                In.real(o.get("usedPercent")),
                In.truth(o.get("readOnly")),
                In.truth(o.get("compressed")),
                In.truth(o.get("dirty")),
                In.truth(o.get("quotas")),
                o.get("inodesFree"));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "mount", mount);
            In.put(o, "device", device);
            In.put(o, "fs", fs);
            In.put(o, "sizeBytes", sizeBytes);
            In.put(o, "freeBytes", freeBytes);
            In.put(o, "label", label);
            In.put(o, "serial", serial);
            In.put(o, "encrypted", encrypted);
            In.put(o, "usedPercent", usedPercent);
            In.put(o, "readOnly", readOnly);
            In.put(o, "compressed", compressed);
            In.put(o, "dirty", dirty);
            In.put(o, "quotas", quotas);
            In.put(o, "inodesFree", inodesFree);
            return o;
        }
    }

    /**
     * One row.
     * @param name Drive or volume, as the system names it.
     * @param kind Drive or volume.
     * @param readBytesPerSec Read; bytes a second.
     * @param writeBytesPerSec Written; bytes a second.
     * @param readsPerSec Read operations; a second.
     * @param writesPerSec Write operations; a second.
     * @param readPercent Time busy with reading; percent.
     * @param writePercent Time busy with writing; percent.
     * @param busyPercent Time busy; percent.
     * @param readQueue Reads that wait, on average.
     * @param writeQueue Writes that wait, on average.
     */
    public record DiskLoad(
            String name,
            String kind,
            Double readBytesPerSec,
            Double writeBytesPerSec,
            Double readsPerSec,
            Double writesPerSec,
            Double readPercent,
            Double writePercent,
            Double busyPercent,
            Double readQueue,
            Double writeQueue) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static DiskLoad from(Map<String, Object> o) {
            return new DiskLoad(
                In.text(o.get("name")),
                In.text(o.get("kind")),
                In.real(o.get("readBytesPerSec")),
                In.real(o.get("writeBytesPerSec")),
                In.real(o.get("readsPerSec")),
                In.real(o.get("writesPerSec")),
                In.real(o.get("readPercent")),
                In.real(o.get("writePercent")),
                In.real(o.get("busyPercent")),
                In.real(o.get("readQueue")),
                In.real(o.get("writeQueue")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "name", name);
            In.put(o, "kind", kind);
            In.put(o, "readBytesPerSec", readBytesPerSec);
            In.put(o, "writeBytesPerSec", writeBytesPerSec);
            In.put(o, "readsPerSec", readsPerSec);
            In.put(o, "writesPerSec", writesPerSec);
            In.put(o, "readPercent", readPercent);
            In.put(o, "writePercent", writePercent);
            In.put(o, "busyPercent", busyPercent);
            In.put(o, "readQueue", readQueue);
            In.put(o, "writeQueue", writeQueue);
            return o;
        }
    }

    /**
     * One row.
     * @param name Name.
     * @param kind Lvm, zfs, storage-pool, apfs.
     * @param sizeBytes Size; bytes.
     * @param freeBytes Not given to a volume; bytes.
     * @param disks What it is made of.
     * @param health What the system says of it.
     */
    public record VolumeGroup(
            String name,
            String kind,
            Object sizeBytes,
            Object freeBytes,
            List<Object> disks,
            String health) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static VolumeGroup from(Map<String, Object> o) {
            return new VolumeGroup(
                In.text(o.get("name")),
                In.text(o.get("kind")),
                o.get("sizeBytes"),
                o.get("freeBytes"),
                In.list(o.get("disks"), x -> x),
                In.text(o.get("health")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "name", name);
            In.put(o, "kind", kind);
            In.put(o, "sizeBytes", sizeBytes);
            In.put(o, "freeBytes", freeBytes);
            In.put(o, "disks", disks);
            In.put(o, "health", health);
            return o;
        }
    }

    /**
     * One row.
     * @param name Name.
     * @param group Its volume group.
     * @param device Dm-0, disk3s1.
     * @param sizeBytes Size; bytes.
     * @param kind Linear, striped, thin, snapshot ....
     */
    public record LogicalVolume(
            String name,
            String group,
            String device,
            Object sizeBytes,
            String kind) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static LogicalVolume from(Map<String, Object> o) {
            return new LogicalVolume(
                In.text(o.get("name")),
                In.text(o.get("group")),
                In.text(o.get("device")),
                o.get("sizeBytes"),
                In.text(o.get("kind")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "name", name);
            In.put(o, "group", group);
            In.put(o, "device", device);
            In.put(o, "sizeBytes", sizeBytes);
            In.put(o, "kind", kind);
            return o;
        }
    }

    /**
     * One row.
     * @param name Md0, the controller's name.
     * @param level Raid1, raid5 ....
     * @param state Active, degraded, rebuilding ....
     * @param sizeBytes Usable size; bytes.
     * @param disks Members.
     * @param disksWanted Members of a whole set.
     * @param disksActive Members at work.
     */
    public record Raid(
            String name,
            String level,
            String state,
            Object sizeBytes,
            List<Object> disks,
            Object disksWanted,
            Object disksActive) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Raid from(Map<String, Object> o) {
            return new Raid(
                In.text(o.get("name")),
                In.text(o.get("level")),
                In.text(o.get("state")),
                o.get("sizeBytes"),
                In.list(o.get("disks"), x -> x),
                o.get("disksWanted"),
                o.get("disksActive"));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "name", name);
            In.put(o, "level", level);
            In.put(o, "state", state);
            In.put(o, "sizeBytes", sizeBytes);
            In.put(o, "disks", disks);
            In.put(o, "disksWanted", disksWanted);
            In.put(o, "disksActive", disksActive);
            return o;
        }
    }
}
