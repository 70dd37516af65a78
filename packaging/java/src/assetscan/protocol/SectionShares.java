// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Shared folders.
 * @param share Shared folders, a row each.
 * @param missing What is not there, and why.
 */
public record SectionShares(
        List<Share> share,
        List<Lack> missing) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static SectionShares from(Map<String, Object> o) {
        return new SectionShares(
            In.list(o.get("share"), x -> In.record(x, Share::from)),
            In.list(o.get("missing"), x -> In.record(x, Lack::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "share", share);
        In.put(o, "missing", missing);
        return o;
    }

    /**
     * One row.
     * @param name Name.
     * @param path Folder.
     * @param type Disk, printer, nfs, smb ....
     * @param description Remark.
     * @param maxUsers Limit of users; none: no limit.
     * @param status What the system says of it.
     * @param hidden Administrative or hidden share.
     */
    public record Share(
            String name,
            String path,
            String type,
            String description,
            Object maxUsers,
            String status,
            Boolean hidden) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Share from(Map<String, Object> o) {
            return new Share(
                In.text(o.get("name")),
                In.text(o.get("path")),
                In.text(o.get("type")),
                In.text(o.get("description")),
                o.get("maxUsers"),
                In.text(o.get("status")),
                In.truth(o.get("hidden")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "name", name);
            In.put(o, "path", path);
            In.put(o, "type", type);
            In.put(o, "description", description);
            In.put(o, "maxUsers", maxUsers);
            In.put(o, "status", status);
            In.put(o, "hidden", hidden);
            return o;
        }
    }
}
