// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

/** An inventory section; all: every one. A later helper may have more of them. */
public final class Section {
    /** The word "all". */
    public static final String ALL = "all";
    /** The word "hardware". */
    public static final String HARDWARE = "hardware";
    /** The word "cpu". */
    public static final String CPU = "cpu";
    /** The word "memory". */
    public static final String MEMORY = "memory";
    /** The word "disk". */
    public static final String DISK = "disk";
    /** The word "network". */
    public static final String NETWORK = "network";
    /** The word "os". */
    public static final String OS = "os";
    /** The word "services". */
    public static final String SERVICES = "services";
    /** The word "domain". */
    public static final String DOMAIN = "domain";
    /** The word "time". */
    public static final String TIME = "time";
    /** The word "processes". */
    public static final String PROCESSES = "processes";
    /** The word "users". */
    public static final String USERS = "users";
    /** The word "shares". */
    public static final String SHARES = "shares";
    /** The word "software". */
    public static final String SOFTWARE = "software";
    /** The word "updates". */
    public static final String UPDATES = "updates";
    /** The word "shadow". */
    public static final String SHADOW = "shadow";
    /** The word "connections". */
    public static final String CONNECTIONS = "connections";
    /** The word "routes". */
    public static final String ROUTES = "routes";
    /** The word "security". */
    public static final String SECURITY = "security";
    /** The word "battery". */
    public static final String BATTERY = "battery";
    /** The word "monitors". */
    public static final String MONITORS = "monitors";
    /** The word "printers". */
    public static final String PRINTERS = "printers";

    private Section() {
    }
}
