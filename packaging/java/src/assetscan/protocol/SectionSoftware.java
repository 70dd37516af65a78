// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Programs, packages, features.
 * @param software Installed programs and packages, a row each.
 * @param feature Roles and features of the system that are on, a row each.
 * @param missing What is not there, and why.
 */
public record SectionSoftware(
        List<Software> software,
        List<Feature> feature,
        List<Lack> missing) implements JsonValue {
    /**
     * Read from JSON; what is missing is null or zero.
     * @return the record
     */
    public static SectionSoftware from(Map<String, Object> o) {
        return new SectionSoftware(
            In.list(o.get("software"), x -> In.record(x, Software::from)),
            In.list(o.get("feature"), x -> In.record(x, Feature::from)),
            In.list(o.get("missing"), x -> In.record(x, Lack::from)));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> o = new LinkedHashMap<>();
        In.put(o, "software", software);
        In.put(o, "feature", feature);
        In.put(o, "missing", missing);
        return o;
    }

    /**
     * One row.
     * @param name Name.
     * @param version Version.
     * @param publisher Publisher or maintainer.
     * @param arch Architecture.
     * @param source Dpkg, rpm, apk, registry, app ....
     * @param installed When.
     * @param sizeBytes Size; bytes.
     * @param path Where.
     * @param user Only for that account.
     */
    public record Software(
            String name,
            String version,
            String publisher,
            String arch,
            String source,
            String installed,
            Object sizeBytes,
            String path,
            String user) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Software from(Map<String, Object> o) {
            return new Software(
                In.text(o.get("name")),
                In.text(o.get("version")),
                In.text(o.get("publisher")),
                In.text(o.get("arch")),
                In.text(o.get("source")),
                In.text(o.get("installed")),
                o.get("sizeBytes"),
                In.text(o.get("path")),
                In.text(o.get("user")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "name", name);
            In.put(o, "version", version);
            In.put(o, "publisher", publisher);
            In.put(o, "arch", arch);
            In.put(o, "source", source);
            In.put(o, "installed", installed);
            In.put(o, "sizeBytes", sizeBytes);
            In.put(o, "path", path);
            In.put(o, "user", user);
            return o;
        }
    }

    /**
     * One row.
     * @param name Name.
     * @param caption Name for people.
     */
    public record Feature(
            String name,
            String caption) implements JsonValue {
        /**
         * Read from JSON; what is missing is null or zero.
         * @return the record
         */
        public static Feature from(Map<String, Object> o) {
            return new Feature(
                In.text(o.get("name")),
                In.text(o.get("caption")));
        }

        @Override
        public Map<String, Object> json() {
            Map<String, Object> o = new LinkedHashMap<>();
            In.put(o, "name", name);
            In.put(o, "caption", caption);
            return o;
        }
    }
}
