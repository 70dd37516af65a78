// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How to scan. All members but the name are optional.
 * @param name The profile's name; one profile of one Jira is scanned by one scan at a time.
 * @param protocols Protocols in order of preference. Without it all that this version speaks.
 * @param assetType The asset type that new assets get.
 * @param folder The folder that new assets are put into.
 * @param config The mapping.
 * @param updateOnly true: assets are updated, never created.
 * @param sections Inventory sections to report in scan.host beside the mapped fields.
 * @param pingFirst true: an address that does not answer a ping is not connected to.
 * @param pingTimeout Seconds that a ping may take.
 * @param connectTimeout Seconds that a TCP connect may take.
 * @param wmiTimeout Seconds for everything that one host is asked over WMI.
 * @param queryTimeout Seconds for one query or one section.
 * @param sshTimeout Seconds for everything that one host is asked over SSH.
 * @param ports Ports that are tried per protocol; at most 4 together.
 * @param concurrency Hosts scanned at the same time.
 * @param wmiConnections Connections to one Windows host side by side, where it does not take several calls at once over one.
 * @param connectRate New connections per second; 0: no limit.
 * @param hostKeys Which SSH host keys are believed; accept-new by default.
 * @param reportSilent true: addresses that do not answer get a scan.host too.
 * @param sudo true: over SSH, `sudo -n` is tried for facts that need root.
 * @param refusedLogons Refused log-ons in a row after which an account is suspended.
 */
public record Profile(
        String name,
        List<String> protocols,
        String assetType,
        String folder,
        Object config,
        Boolean updateOnly,
        List<String> sections,
        Boolean pingFirst,
        Double pingTimeout,
        Double connectTimeout,
        Double wmiTimeout,
        Double queryTimeout,
        Double sshTimeout,
        PortsEntry ports,
        Long concurrency,
        Long wmiConnections,
        Double connectRate,
        Object hostKeys,
        Boolean reportSilent,
        Boolean sudo,
        Long refusedLogons) implements JsonValue {
    /**
     * With what is needed; the rest is added by the with-methods.
     * @return the record
     */
    public static Profile of(String name) {
        return new Profile(name, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);
    }

    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static Profile from(Map<String, Object> o) {
        return new Profile(
            In.text(o.get("name")),
            In.list(o.get("protocols"), x -> In.text(x)),
            In.text(o.get("assetType")),
            In.text(o.get("folder")),
            o.get("config"),
            In.truth(o.get("updateOnly")),
            In.list(o.get("sections"), x -> In.text(x)),
            In.truth(o.get("pingFirst")),
            In.real(o.get("pingTimeout")),
            In.real(o.get("connectTimeout")),
            In.real(o.get("wmiTimeout")),
            In.real(o.get("queryTimeout")),
            In.real(o.get("sshTimeout")),
            In.record(o.get("ports"), PortsEntry::from),
            In.whole(o.get("concurrency")),
            In.whole(o.get("wmiConnections")),
            In.real(o.get("connectRate")),
            o.get("hostKeys"),
            In.truth(o.get("reportSilent")),
            In.truth(o.get("sudo")),
            In.whole(o.get("refusedLogons")));
    }

    /**
     * The same with another protocols.
     * @return the new record
     */
    public Profile withProtocols(List<String> value) {
        return new Profile(name, value, assetType, folder, config, updateOnly, sections, pingFirst, pingTimeout, connectTimeout, wmiTimeout, queryTimeout, sshTimeout, ports, concurrency, wmiConnections, connectRate, hostKeys, reportSilent, sudo, refusedLogons);
    }

    /**
     * The same with another assetType.
     * @return the new record
     */
    public Profile withAssetType(String value) {
        return new Profile(name, protocols, value, folder, config, updateOnly, sections, pingFirst, pingTimeout, connectTimeout, wmiTimeout, queryTimeout, sshTimeout, ports, concurrency, wmiConnections, connectRate, hostKeys, reportSilent, sudo, refusedLogons);
    }

    /**
     * The same with another folder.
     * @return the new record
     */
    public Profile withFolder(String value) {
        return new Profile(name, protocols, assetType, value, config, updateOnly, sections, pingFirst, pingTimeout, connectTimeout, wmiTimeout, queryTimeout, sshTimeout, ports, concurrency, wmiConnections, connectRate, hostKeys, reportSilent, sudo, refusedLogons);
    }

    /**
     * The same with another config.
     * @return the new record
     */
    public Profile withConfig(Object value) {
        return new Profile(name, protocols, assetType, folder, value, updateOnly, sections, pingFirst, pingTimeout, connectTimeout, wmiTimeout, queryTimeout, sshTimeout, ports, concurrency, wmiConnections, connectRate, hostKeys, reportSilent, sudo, refusedLogons);
    }

    /**
     * The same with another updateOnly.
     * @return the new record
     */
    public Profile withUpdateOnly(Boolean value) {
        return new Profile(name, protocols, assetType, folder, config, value, sections, pingFirst, pingTimeout, connectTimeout, wmiTimeout, queryTimeout, sshTimeout, ports, concurrency, wmiConnections, connectRate, hostKeys, reportSilent, sudo, refusedLogons);
    }

    /**
     * The same with another sections.
     * @return the new record
     */
    public Profile withSections(List<String> value) {
        return new Profile(name, protocols, assetType, folder, config, updateOnly, value, pingFirst, pingTimeout, connectTimeout, wmiTimeout, queryTimeout, sshTimeout, ports, concurrency, wmiConnections, connectRate, hostKeys, reportSilent, sudo, refusedLogons);
    }

    /**
     * The same with another pingFirst.
     * @return the new record
     */
    public Profile withPingFirst(Boolean value) {
        return new Profile(name, protocols, assetType, folder, config, updateOnly, sections, value, pingTimeout, connectTimeout, wmiTimeout, queryTimeout, sshTimeout, ports, concurrency, wmiConnections, connectRate, hostKeys, reportSilent, sudo, refusedLogons);
    }

    /**
     * The same with another pingTimeout.
     * @return the new record
     */
    public Profile withPingTimeout(Double value) {
        return new Profile(name, protocols, assetType, folder, config, updateOnly, sections, pingFirst, value, connectTimeout, wmiTimeout, queryTimeout, sshTimeout, ports, concurrency, wmiConnections, connectRate, hostKeys, reportSilent, sudo, refusedLogons);
    }

    /**
     * The same with another connectTimeout.
     * @return the new record
     */
    public Profile withConnectTimeout(Double value) {
        return new Profile(name, protocols, assetType, folder, config, updateOnly, sections, pingFirst, pingTimeout, value, wmiTimeout, queryTimeout, sshTimeout, ports, concurrency, wmiConnections, connectRate, hostKeys, reportSilent, sudo, refusedLogons);
    }

    /**
     * The same with another wmiTimeout.
     * @return the new record
     */
    public Profile withWmiTimeout(Double value) {
        return new Profile(name, protocols, assetType, folder, config, updateOnly, sections, pingFirst, pingTimeout, connectTimeout, value, queryTimeout, sshTimeout, ports, concurrency, wmiConnections, connectRate, hostKeys, reportSilent, sudo, refusedLogons);
    }

    /**
     * The same with another queryTimeout.
     * @return the new record
     */
    public Profile withQueryTimeout(Double value) {
        return new Profile(name, protocols, assetType, folder, config, updateOnly, sections, pingFirst, pingTimeout, connectTimeout, wmiTimeout, value, sshTimeout, ports, concurrency, wmiConnections, connectRate, hostKeys, reportSilent, sudo, refusedLogons);
    }

    /**
     * The same with another sshTimeout.
     * @return the new record
     */
    public Profile withSshTimeout(Double value) {
        return new Profile(name, protocols, assetType, folder, config, updateOnly, sections, pingFirst, pingTimeout, connectTimeout, wmiTimeout, queryTimeout, value, ports, concurrency, wmiConnections, connectRate, hostKeys, reportSilent, sudo, refusedLogons);
    }

    /**
     * The same with another ports.
     * @return the new record
     */
    public Profile withPorts(PortsEntry value) {
        return new Profile(name, protocols, assetType, folder, config, updateOnly, sections, pingFirst, pingTimeout, connectTimeout, wmiTimeout, queryTimeout, sshTimeout, value, concurrency, wmiConnections, connectRate, hostKeys, reportSilent, sudo, refusedLogons);
    }

    /**
     * The same with another concurrency.
     * @return the new record
     */
    public Profile withConcurrency(Long value) {
        return new Profile(name, protocols, assetType, folder, config, updateOnly, sections, pingFirst, pingTimeout, connectTimeout, wmiTimeout, queryTimeout, sshTimeout, ports, value, wmiConnections, connectRate, hostKeys, reportSilent, sudo, refusedLogons);
    }

    /**
     * The same with another wmiConnections.
     * @return the new record
     */
    public Profile withWmiConnections(Long value) {
        return new Profile(name, protocols, assetType, folder, config, updateOnly, sections, pingFirst, pingTimeout, connectTimeout, wmiTimeout, queryTimeout, sshTimeout, ports, concurrency, value, connectRate, hostKeys, reportSilent, sudo, refusedLogons);
    }

    /**
     * The same with another connectRate.
     * @return the new record
     */
    public Profile withConnectRate(Double value) {
        return new Profile(name, protocols, assetType, folder, config, updateOnly, sections, pingFirst, pingTimeout, connectTimeout, wmiTimeout, queryTimeout, sshTimeout, ports, concurrency, wmiConnections, value, hostKeys, reportSilent, sudo, refusedLogons);
    }

    /**
     * The same with another hostKeys.
     * @return the new record
     */
    public Profile withHostKeys(Object value) {
        return new Profile(name, protocols, assetType, folder, config, updateOnly, sections, pingFirst, pingTimeout, connectTimeout, wmiTimeout, queryTimeout, sshTimeout, ports, concurrency, wmiConnections, connectRate, value, reportSilent, sudo, refusedLogons);
    }

    /**
     * The same with another reportSilent.
     * @return the new record
     */
    public Profile withReportSilent(Boolean value) {
        return new Profile(name, protocols, assetType, folder, config, updateOnly, sections, pingFirst, pingTimeout, connectTimeout, wmiTimeout, queryTimeout, sshTimeout, ports, concurrency, wmiConnections, connectRate, hostKeys, value, sudo, refusedLogons);
    }

    /**
     * The same with another sudo.
     * @return the new record
     */
    public Profile withSudo(Boolean value) {
        return new Profile(name, protocols, assetType, folder, config, updateOnly, sections, pingFirst, pingTimeout, connectTimeout, wmiTimeout, queryTimeout, sshTimeout, ports, concurrency, wmiConnections, connectRate, hostKeys, reportSilent, value, refusedLogons);
    }

    /**
     * The same with another refusedLogons.
     * @return the new record
     */
    public Profile withRefusedLogons(Long value) {
        return new Profile(name, protocols, assetType, folder, config, updateOnly, sections, pingFirst, pingTimeout, connectTimeout, wmiTimeout, queryTimeout, sshTimeout, ports, concurrency, wmiConnections, connectRate, hostKeys, reportSilent, sudo, value);
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "name", name);
        In.put(o, "protocols", protocols);
        In.put(o, "assetType", assetType);
        In.put(o, "folder", folder);
        In.put(o, "config", config);
        In.put(o, "updateOnly", updateOnly);
        In.put(o, "sections", sections);
        In.put(o, "pingFirst", pingFirst);
        In.put(o, "pingTimeout", pingTimeout);
        In.put(o, "connectTimeout", connectTimeout);
        In.put(o, "wmiTimeout", wmiTimeout);
        In.put(o, "queryTimeout", queryTimeout);
        In.put(o, "sshTimeout", sshTimeout);
        In.put(o, "ports", ports);
        In.put(o, "concurrency", concurrency);
        In.put(o, "wmiConnections", wmiConnections);
        In.put(o, "connectRate", connectRate);
        In.put(o, "hostKeys", hostKeys);
        In.put(o, "reportSilent", reportSilent);
        In.put(o, "sudo", sudo);
        In.put(o, "refusedLogons", refusedLogons);
        return o;
    }

    /**
     * Ports that are tried per protocol; at most 4 together.
     * @param wmi The endpoint mapper's port; 135 by default.
     * @param ssh 22 by default.
     */
    public record PortsEntry(
            List<Long> wmi,
            List<Long> ssh) implements JsonValue {
        /**
         * With what is needed; the rest is added by the with-methods.
         * @return the record
         */
        public static PortsEntry of() {
            return new PortsEntry(null, null);
        }

        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static PortsEntry from(Map<String, Object> o) {
            return new PortsEntry(
                In.list(o.get("wmi"), x -> In.whole(x)),
                In.list(o.get("ssh"), x -> In.whole(x)));
        }

        /**
         * The same with another wmi.
         * @return the new record
         */
        public PortsEntry withWmi(List<Long> value) {
            return new PortsEntry(value, ssh);
        }

        /**
         * The same with another ssh.
         * @return the new record
         */
        public PortsEntry withSsh(List<Long> value) {
            return new PortsEntry(wmi, value);
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "wmi", wmi);
            In.put(o, "ssh", ssh);
            return o;
        }
    }
}
