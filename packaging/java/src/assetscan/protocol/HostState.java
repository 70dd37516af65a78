// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

/**
 * scanned: all was learnt. partial: some was. auth_failed: log-on refused. denied: logged on, access
 * denied. refused: no port open. unreachable: the network says so. silent: no answer. error: anything
 * else. cancelled: the scan was stopped. skipped: the same computer was scanned at another address. A
 * later helper may have more of them.
 */
public final class HostState {
    /** The word "scanned". */
    public static final String SCANNED = "scanned";
    /** The word "partial". */
    public static final String PARTIAL = "partial";
    /** The word "auth_failed". */
    public static final String AUTH_FAILED = "auth_failed";
    /** The word "denied". */
    public static final String DENIED = "denied";
    /** The word "refused". */
    public static final String REFUSED = "refused";
    /** The word "unreachable". */
    public static final String UNREACHABLE = "unreachable";
    /** The word "silent". */
    public static final String SILENT = "silent";
    /** The word "error". */
    public static final String ERROR = "error";
    /** The word "cancelled". */
    public static final String CANCELLED = "cancelled";
    /** The word "skipped". */
    public static final String SKIPPED = "skipped";

    private HostState() {
    }
}
