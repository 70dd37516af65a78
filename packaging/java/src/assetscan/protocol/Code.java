// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

/**
 * The stable name of an error; the manual lists all of them with their hints. A later helper may have
 * more of them.
 */
public final class Code {
    /** The word "usage". */
    public static final String USAGE = "usage";
    /** The word "invalid_params". */
    public static final String INVALID_PARAMS = "invalid_params";
    /** The word "range_invalid". */
    public static final String RANGE_INVALID = "range_invalid";
    /** The word "mapping_invalid". */
    public static final String MAPPING_INVALID = "mapping_invalid";
    /** The word "key_invalid". */
    public static final String KEY_INVALID = "key_invalid";
    /** The word "unsupported". */
    public static final String UNSUPPORTED = "unsupported";
    /** The word "scan_in_progress". */
    public static final String SCAN_IN_PROGRESS = "scan_in_progress";
    /** The word "shutting_down". */
    public static final String SHUTTING_DOWN = "shutting_down";
    /** The word "not_found". */
    public static final String NOT_FOUND = "not_found";
    /** The word "limit". */
    public static final String LIMIT = "limit";
    /** The word "resolve_failed". */
    public static final String RESOLVE_FAILED = "resolve_failed";
    /** The word "refused". */
    public static final String REFUSED = "refused";
    /** The word "unreachable". */
    public static final String UNREACHABLE = "unreachable";
    /** The word "timeout". */
    public static final String TIMEOUT = "timeout";
    /** The word "connection_closed". */
    public static final String CONNECTION_CLOSED = "connection_closed";
    /** The word "network". */
    public static final String NETWORK = "network";
    /** The word "kdc_unreachable". */
    public static final String KDC_UNREACHABLE = "kdc_unreachable";
    /** The word "auth_failed". */
    public static final String AUTH_FAILED = "auth_failed";
    /** The word "auth_method". */
    public static final String AUTH_METHOD = "auth_method";
    /** The word "credential_suspended". */
    public static final String CREDENTIAL_SUSPENDED = "credential_suspended";
    /** The word "no_credential". */
    public static final String NO_CREDENTIAL = "no_credential";
    /** The word "spn_unknown". */
    public static final String SPN_UNKNOWN = "spn_unknown";
    /** The word "clock_skew". */
    public static final String CLOCK_SKEW = "clock_skew";
    /** The word "denied". */
    public static final String DENIED = "denied";
    /** The word "host_key_changed". */
    public static final String HOST_KEY_CHANGED = "host_key_changed";
    /** The word "host_key_unknown". */
    public static final String HOST_KEY_UNKNOWN = "host_key_unknown";
    /** The word "protocol_error". */
    public static final String PROTOCOL_ERROR = "protocol_error";
    /** The word "too_big". */
    public static final String TOO_BIG = "too_big";
    /** The word "remote_error". */
    public static final String REMOTE_ERROR = "remote_error";
    /** The word "no_shell". */
    public static final String NO_SHELL = "no_shell";
    /** The word "unknown_os". */
    public static final String UNKNOWN_OS = "unknown_os";
    /** The word "no_identity". */
    public static final String NO_IDENTITY = "no_identity";
    /** The word "jira_login". */
    public static final String JIRA_LOGIN = "jira_login";
    /** The word "jira_denied". */
    public static final String JIRA_DENIED = "jira_denied";
    /** The word "jira_not_found". */
    public static final String JIRA_NOT_FOUND = "jira_not_found";
    /** The word "jira_rejected". */
    public static final String JIRA_REJECTED = "jira_rejected";
    /** The word "jira_ambiguous". */
    public static final String JIRA_AMBIGUOUS = "jira_ambiguous";
    /** The word "jira_not_json". */
    public static final String JIRA_NOT_JSON = "jira_not_json";
    /** The word "jira_redirect". */
    public static final String JIRA_REDIRECT = "jira_redirect";
    /** The word "jira_busy". */
    public static final String JIRA_BUSY = "jira_busy";
    /** The word "jira_down". */
    public static final String JIRA_DOWN = "jira_down";
    /** The word "jira_tls". */
    public static final String JIRA_TLS = "jira_tls";
    /** The word "state_dir". */
    public static final String STATE_DIR = "state_dir";
    /** The word "io". */
    public static final String IO = "io";
    /** The word "no_memory". */
    public static final String NO_MEMORY = "no_memory";
    /** The word "internal". */
    public static final String INTERNAL = "internal";
    /** The word "cancelled". */
    public static final String CANCELLED = "cancelled";

    private Code() {
    }
}
