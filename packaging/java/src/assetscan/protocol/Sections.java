// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The inventory sections that the profile asked for.
 * @param hardware The machine, its board, firmware and graphics.
 * @param cpu Processors and their load.
 * @param memory Main memory, its modules, swap; use of them.
 * @param disk Drives, volumes, pools; use of them.
 * @param network Adapters, addresses, traffic.
 * @param os The operating system and its licence.
 * @param services Services and daemons.
 * @param domain Domain, tenant, device management.
 * @param time Clock and time zone.
 * @param processes Running processes, without their arguments.
 * @param users Who is logged on, local accounts and groups.
 * @param shares Shared folders.
 * @param software Programs, packages, features.
 * @param updates Installed updates, pending restart.
 * @param shadow Volume shadow copies and snapshots.
 * @param connections TCP connections and listening ports.
 * @param routes The routing table.
 * @param security Virus scanner, firewall, encryption, secure boot, TPM.
 * @param battery Batteries.
 * @param monitors Displays.
 * @param printers Printers and print queues.
 */
public record Sections(
        SectionHardware hardware,
        SectionCpu cpu,
        SectionMemory memory,
        SectionDisk disk,
        SectionNetwork network,
        SectionOs os,
        SectionServices services,
        SectionDomain domain,
        SectionTime time,
        SectionProcesses processes,
        SectionUsers users,
        SectionShares shares,
        SectionSoftware software,
        SectionUpdates updates,
        SectionShadow shadow,
        SectionConnections connections,
        SectionRoutes routes,
        SectionSecurity security,
        SectionBattery battery,
        SectionMonitors monitors,
        SectionPrinters printers) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static Sections from(Map<String, Object> o) {
        return new Sections(
            In.record(o.get("hardware"), SectionHardware::from),
            In.record(o.get("cpu"), SectionCpu::from),
            In.record(o.get("memory"), SectionMemory::from),
            In.record(o.get("disk"), SectionDisk::from),
            In.record(o.get("network"), SectionNetwork::from),
            In.record(o.get("os"), SectionOs::from),
            In.record(o.get("services"), SectionServices::from),
            In.record(o.get("domain"), SectionDomain::from),
            In.record(o.get("time"), SectionTime::from),
            In.record(o.get("processes"), SectionProcesses::from),
            In.record(o.get("users"), SectionUsers::from),
            In.record(o.get("shares"), SectionShares::from),
            In.record(o.get("software"), SectionSoftware::from),
            In.record(o.get("updates"), SectionUpdates::from),
            In.record(o.get("shadow"), SectionShadow::from),
            In.record(o.get("connections"), SectionConnections::from),
            In.record(o.get("routes"), SectionRoutes::from),
            In.record(o.get("security"), SectionSecurity::from),
            In.record(o.get("battery"), SectionBattery::from),
            In.record(o.get("monitors"), SectionMonitors::from),
            In.record(o.get("printers"), SectionPrinters::from));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "hardware", hardware);
        In.put(o, "cpu", cpu);
        In.put(o, "memory", memory);
        In.put(o, "disk", disk);
        In.put(o, "network", network);
        In.put(o, "os", os);
        In.put(o, "services", services);
        In.put(o, "domain", domain);
        In.put(o, "time", time);
        In.put(o, "processes", processes);
        In.put(o, "users", users);
        In.put(o, "shares", shares);
        In.put(o, "software", software);
        In.put(o, "updates", updates);
        In.put(o, "shadow", shadow);
        In.put(o, "connections", connections);
        In.put(o, "routes", routes);
        In.put(o, "security", security);
        In.put(o, "battery", battery);
        In.put(o, "monitors", monitors);
        In.put(o, "printers", printers);
        return o;
    }
}
