// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Domain, tenant, device management.
 * @param domain Domain or workgroup; null: nothing came.
 * @param missing What is not there, and why.
 */
public record SectionDomain(
        Domain domain,
        List<Lack> missing) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static SectionDomain from(Map<String, Object> o) {
        return new SectionDomain(
            In.record(o.get("domain"), Domain::from),
            In.list(o.get("missing"), x -> In.record(x, Lack::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "domain", domain);
        In.put(o, "missing", missing);
        return o;
    }

    /**
     * Domain or workgroup; null: nothing came.
     * @param name Domain or workgroup.
     * @param joined True: a domain.
     * @param role As host.role.
     * @param controller Domain controller in use.
     * @param site Active Directory site.
     * @param forest Active Directory forest.
     * @param entraTenant Entra ID tenant it is joined to.
     * @param entraUser Who joined it.
     * @param mdm Device management it is enrolled in.
     * @param realm Default Kerberos realm.
     */
    public record Domain(
            String name,
            Boolean joined,
            String role,
            String controller,
            String site,
            String forest,
            String entraTenant,
            String entraUser,
            String mdm,
            String realm) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Domain from(Map<String, Object> o) {
            return new Domain(
                In.text(o.get("name")),
                In.truth(o.get("joined")),
                In.text(o.get("role")),
                In.text(o.get("controller")),
                In.text(o.get("site")),
                In.text(o.get("forest")),
                In.text(o.get("entraTenant")),
                In.text(o.get("entraUser")),
                In.text(o.get("mdm")),
                In.text(o.get("realm")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "name", name);
            In.put(o, "joined", joined);
            In.put(o, "role", role);
            In.put(o, "controller", controller);
            In.put(o, "site", site);
            In.put(o, "forest", forest);
            In.put(o, "entraTenant", entraTenant);
            In.put(o, "entraUser", entraUser);
            In.put(o, "mdm", mdm);
            In.put(o, "realm", realm);
            return o;
        }
    }
}
