// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Adapters, addresses, traffic.
 * @param nic Network adapters, virtual ones too, a row each.
 * @param ip Addresses of the adapters, a row each.
 * @param network Gateway and name servers; null: nothing came.
 * @param nicLoad Traffic and errors of the adapters, a row each.
 * @param transport Counters of TCP and UDP, a row each.
 * @param missing What is not there, and why.
 */
public record SectionNetwork(
        List<Nic> nic,
        List<Ip> ip,
        Network network,
        List<NicLoad> nicLoad,
        List<Transport> transport,
        List<Lack> missing) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static SectionNetwork from(Map<String, Object> o) {
        return new SectionNetwork(
            In.list(o.get("nic"), x -> In.record(x, Nic::from)),
            In.list(o.get("ip"), x -> In.record(x, Ip::from)),
            In.record(o.get("network"), Network::from),
            In.list(o.get("nicLoad"), x -> In.record(x, NicLoad::from)),
            In.list(o.get("transport"), x -> In.record(x, Transport::from)),
            In.list(o.get("missing"), x -> In.record(x, Lack::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "nic", nic);
        In.put(o, "ip", ip);
        In.put(o, "network", network);
        In.put(o, "nicLoad", nicLoad);
        In.put(o, "transport", transport);
        In.put(o, "missing", missing);
        return o;
    }

    /**
     * One row.
     * @param name Eth0, en0, Ethernet 2.
     * @param index Interface index.
     * @param mac Present MAC address.
     * @param permanentMac MAC address burnt in.
     * @param up Link is up.
     * @param speedMbps Speed of the link; Mbit/s.
     * @param mtu MTU; bytes.
     * @param type Ethernet, wifi, bridge, bond, vlan, veth, tun, wireguard, loopback, wwan ....
     * @param kind The system's own kind: veth, bridge, wireguard ....
     * @param virtual The system itself says that it is virtual.
     * @param physical The system itself says that it is real (PhysicalAdapter).
     * @param device Backed by a device (sysfs device link, PNP device).
     * @param driver Driver.
     * @param bus Pci, usb, virtio, xen, vmbus, platform ....
     * @param addrAssignType Sysfs addr_assign_type: 0 permanent, 1 random, 2 stolen, 3 set.
     * @param master Name of the bond, team or bridge it is part of.
     * @param wireless Wi-Fi.
     * @param description What the adapter is called by its maker.
     * @param hardwarePort MacOS: Ethernet, Wi-Fi, Thunderbolt Bridge ....
     * @param locallyAdministered MAC address without maker.
     * @param pnpId Windows: PNPDeviceID.
     * @param service Windows: ServiceName.
     * @param adapterType Windows: AdapterTypeID.
     * @param dhcp Address by DHCP.
     * @param dhcpServer Who gave it.
     * @param dnsDomain Domain of the connection.
     * @param ips Addresses of the adapter, text.
     */
    public record Nic(
            String name,
            Object index,
            String mac,
            String permanentMac,
            Boolean up,
            Object speedMbps,
            Object mtu,
            String type,
            String kind,
            Boolean virtual,
            Boolean physical,
            Boolean device,
            String driver,
            String bus,
            Object addrAssignType,
            String master,
            Boolean wireless,
            String description,
            String hardwarePort,
            Boolean locallyAdministered,
            String pnpId,
            String service,
            Object adapterType,
            Boolean dhcp,
            String dhcpServer,
            String dnsDomain,
            List<Object> ips) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Nic from(Map<String, Object> o) {
            return new Nic(
                In.text(o.get("name")),
                o.get("index"),
                In.text(o.get("mac")),
                In.text(o.get("permanentMac")),
                In.truth(o.get("up")),
                o.get("speedMbps"),
                o.get("mtu"),
                In.text(o.get("type")),
                In.text(o.get("kind")),
                In.truth(o.get("virtual")),
                In.truth(o.get("physical")),
                In.truth(o.get("device")),
                In.text(o.get("driver")),
                In.text(o.get("bus")),
                o.get("addrAssignType"),
                In.text(o.get("master")),
                In.truth(o.get("wireless")),
                In.text(o.get("description")),
                In.text(o.get("hardwarePort")),
                In.truth(o.get("locallyAdministered")),
                In.text(o.get("pnpId")),
                In.text(o.get("service")),
                o.get("adapterType"),
                In.truth(o.get("dhcp")),
                In.text(o.get("dhcpServer")),
                In.text(o.get("dnsDomain")),
                In.list(o.get("ips"), x -> x));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "name", name);
            In.put(o, "index", index);
            In.put(o, "mac", mac);
            In.put(o, "permanentMac", permanentMac);
            In.put(o, "up", up);
            In.put(o, "speedMbps", speedMbps);
            In.put(o, "mtu", mtu);
            In.put(o, "type", type);
            In.put(o, "kind", kind);
            In.put(o, "virtual", virtual);
            In.put(o, "physical", physical);
            In.put(o, "device", device);
            In.put(o, "driver", driver);
            In.put(o, "bus", bus);
            In.put(o, "addrAssignType", addrAssignType);
            In.put(o, "master", master);
            In.put(o, "wireless", wireless);
            In.put(o, "description", description);
            In.put(o, "hardwarePort", hardwarePort);
            In.put(o, "locallyAdministered", locallyAdministered);
            In.put(o, "pnpId", pnpId);
            In.put(o, "service", service);
            In.put(o, "adapterType", adapterType);
            In.put(o, "dhcp", dhcp);
            In.put(o, "dhcpServer", dhcpServer);
            In.put(o, "dnsDomain", dnsDomain);
            In.put(o, "ips", ips);
            return o;
        }
    }

    /**
     * One row.
     * @param nic Name of the adapter.
     * @param address IPv4 or IPv6 address.
     * @param prefix Length of the prefix; bits.
     * @param family Ipv4 or ipv6.
     * @param scope Global, link or host.
     */
    public record Ip(
            String nic,
            String address,
            Object prefix,
            String family,
            String scope) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Ip from(Map<String, Object> o) {
            return new Ip(
                In.text(o.get("nic")),
                In.text(o.get("address")),
                o.get("prefix"),
                In.text(o.get("family")),
                In.text(o.get("scope")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "nic", nic);
            In.put(o, "address", address);
            In.put(o, "prefix", prefix);
            In.put(o, "family", family);
            In.put(o, "scope", scope);
            return o;
        }
    }

    /**
     * Gateway and name servers; null: nothing came.
     * @param gateway Default gateway.
     * @param dns Name servers.
     * @param dnsDomains Search domains.
     */
    public record Network(
            String gateway,
            List<Object> dns,
            List<Object> dnsDomains) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Network from(Map<String, Object> o) {
            return new Network(
                In.text(o.get("gateway")),
                In.list(o.get("dns"), x -> x),
                In.list(o.get("dnsDomains"), x -> x));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "gateway", gateway);
            In.put(o, "dns", dns);
            In.put(o, "dnsDomains", dnsDomains);
            return o;
        }
    }

    /**
     * One row.
     * @param name Adapter, as the system names it.
     * @param receivedBytesPerSec Received; bytes a second.
     * @param sentBytesPerSec Sent; bytes a second.
     * @param receivedBytes Received since the start; bytes.
     * @param sentBytes Sent since the start; bytes.
     * @param bandwidthMbps What it can carry; Mbit/s.
     * @param usedPercent Of the bandwidth in use, the busier way; percent.
     * @param receiveErrors Packets that came in broken.
     * @param sendErrors Packets that could not be sent.
     * @param receiveDiscards Packets dropped on the way in.
     * @param sendDiscards Packets dropped on the way out.
     * @param queueLength Packets that wait to be sent.
     */
    public record NicLoad(
            String name,
            Double receivedBytesPerSec,
            Double sentBytesPerSec,
            Object receivedBytes,
            Object sentBytes,
            Object bandwidthMbps,
            Double usedPercent,
            Object receiveErrors,
            Object sendErrors,
            Object receiveDiscards,
            Object sendDiscards,
            Object queueLength) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static NicLoad from(Map<String, Object> o) {
            return new NicLoad(
                In.text(o.get("name")),
                In.real(o.get("receivedBytesPerSec")),
                In.real(o.get("sentBytesPerSec")),
                o.get("receivedBytes"),
                o.get("sentBytes"),
                o.get("bandwidthMbps"),
                In.real(o.get("usedPercent")),
                o.get("receiveErrors"),
                o.get("sendErrors"),
                o.get("receiveDiscards"),
                o.get("sendDiscards"),
                o.get("queueLength"));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "name", name);
            In.put(o, "receivedBytesPerSec", receivedBytesPerSec);
            In.put(o, "sentBytesPerSec", sentBytesPerSec);
            In.put(o, "receivedBytes", receivedBytes);
            In.put(o, "sentBytes", sentBytes);
            In.put(o, "bandwidthMbps", bandwidthMbps);
            In.put(o, "usedPercent", usedPercent);
            In.put(o, "receiveErrors", receiveErrors);
            In.put(o, "sendErrors", sendErrors);
            In.put(o, "receiveDiscards", receiveDiscards);
            In.put(o, "sendDiscards", sendDiscards);
            In.put(o, "queueLength", queueLength);
            return o;
        }
    }

    /**
     * One row.
     * @param protocol Tcp4, tcp6, udp4 or udp6; tcp, udp where the system does not tell them apart.
     * @param established Connections at the time of the scan.
     * @param opened Connections opened since the start.
     * @param accepted Connections accepted since the start.
     * @param failures Attempts that failed since the start.
     * @param resets Connections reset since the start.
     * @param receivedPerSec Segments or datagrams received; a second.
     * @param sentPerSec Segments or datagrams sent; a second.
     * @param retransmittedPerSec Segments sent again; a second.
     * @param noPortPerSec Datagrams for ports where nobody listens; a second.
     * @param errors Broken segments or datagrams since the start.
     */
    public record Transport(
            String protocol,
            Object established,
            Object opened,
            Object accepted,
            Object failures,
            Object resets,
            Double receivedPerSec,
            Double sentPerSec,
            Double retransmittedPerSec,
            Double noPortPerSec,
            Object errors) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Transport from(Map<String, Object> o) {
            return new Transport(
                In.text(o.get("protocol")),
                o.get("established"),
                o.get("opened"),
                o.get("accepted"),
                o.get("failures"),
                o.get("resets"),
                In.real(o.get("receivedPerSec")),
                In.real(o.get("sentPerSec")),
                In.real(o.get("retransmittedPerSec")),
                In.real(o.get("noPortPerSec")),
                o.get("errors"));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "protocol", protocol);
            In.put(o, "established", established);
            In.put(o, "opened", opened);
            In.put(o, "accepted", accepted);
            In.put(o, "failures", failures);
            In.put(o, "resets", resets);
            In.put(o, "receivedPerSec", receivedPerSec);
            In.put(o, "sentPerSec", sentPerSec);
            In.put(o, "retransmittedPerSec", retransmittedPerSec);
            In.put(o, "noPortPerSec", noPortPerSec);
            In.put(o, "errors", errors);
            return o;
        }
    }
}
