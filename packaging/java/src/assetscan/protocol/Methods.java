// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.List;

/** Every method there is, with the types of its parameters and of its result. */
public final class Methods {
    /** Name, version, protocol version, capabilities and limits. */
    public static final Method<Void, HelperInfoResult> HELPER_INFO =
        new Method<>("helper.info", x -> In.record(x, HelperInfoResult::from));
    /** This document. */
    public static final Method<Void, RpcDiscoverResult> RPC_DISCOVER =
        new Method<>("rpc.discover", x -> In.record(x, RpcDiscoverResult::from));
    /** Checks a request whole, answers, and scans; the scan's notifications follow the answer. */
    public static final Method<ScanStartParams, ScanStartResult> SCAN_START =
        new Method<>("scan.start", x -> In.record(x, ScanStartResult::from));
    /** Counters and state of one scan. */
    public static final Method<ScanStatusParams, Status> SCAN_STATUS =
        new Method<>("scan.status", x -> In.record(x, Status::from));
    /** Counters and states of all scans. */
    public static final Method<Void, ScanListResult> SCAN_LIST =
        new Method<>("scan.list", x -> In.record(x, ScanListResult::from));
    /**
     * Stops a scan and answers when it has stopped. Every started host still gets its one scan.host.
     * Not taken in a batch.
     */
    public static final Method<ScanCancelParams, Status> SCAN_CANCEL =
        new Method<>("scan.cancel", x -> In.record(x, Status::from));
    /** All problems of a profile at once. */
    public static final Method<ProfileValidateParams, ProfileValidateResult> PROFILE_VALIDATE =
        new Method<>("profile.validate", x -> In.record(x, ProfileValidateResult::from));
    /** Range text to canonical ranges, with counts. */
    public static final Method<RangesParseParams, RangesParseResult> RANGES_PARSE =
        new Method<>("ranges.parse", x -> In.record(x, RangesParseResult::from));
    /**
     * A CSV file (FROM, TO, USER, PASSWORD, DISABLE, PROTOCOL) as ranges and credentials for
     * scan.start.
     */
    public static final Method<RangesImportParams, RangesImportResult> RANGES_IMPORT =
        new Method<>("ranges.import", x -> In.record(x, RangesImportResult::from));
    /** Ranges and credentials as a CSV file, without passwords unless asked. */
    public static final Method<RangesExportParams, RangesExportResult> RANGES_EXPORT =
        new Method<>("ranges.export", x -> In.record(x, RangesExportResult::from));
    /** All problems of a mapping at once. */
    public static final Method<ConfigValidateParams, ConfigValidateResult> CONFIG_VALIDATE =
        new Method<>("config.validate", x -> In.record(x, ConfigValidateResult::from));
    /** Checks one host step by step. */
    public static final Method<HostCheckParams, Check> HOST_CHECK =
        new Method<>("host.check", x -> In.record(x, Check::from));
    /** One WQL query or one SSH command on one host; the rows come as host.rows. */
    public static final Method<HostQueryParams, HostQueryResult> HOST_QUERY =
        new Method<>("host.query", x -> In.record(x, HostQueryResult::from));
    /** Checks Jira's URL, log-in, asset type, folder and fields. */
    public static final Method<JiraCheckParams, Check> JIRA_CHECK =
        new Method<>("jira.check", x -> In.record(x, Check::from));
    /** What could not be posted yet. */
    public static final Method<OutboxListParams, OutboxListResult> OUTBOX_LIST =
        new Method<>("outbox.list", x -> In.record(x, OutboxListResult::from));
    /** Posts what could not be posted. */
    public static final Method<OutboxFlushParams, OutboxFlushResult> OUTBOX_FLUSH =
        new Method<>("outbox.flush", x -> In.record(x, OutboxFlushResult::from));
    /** Ends the helper. */
    public static final Method<HelperShutdownParams, HelperShutdownResult> HELPER_SHUTDOWN =
        new Method<>("helper.shutdown", x -> In.record(x, HelperShutdownResult::from));

    /** All of them, in the order of the document. */
    public static final List<Method<?, ?>> ALL = List.of(
        HELPER_INFO,
        RPC_DISCOVER,
        SCAN_START,
        SCAN_STATUS,
        SCAN_LIST,
        SCAN_CANCEL,
        PROFILE_VALIDATE,
        RANGES_PARSE,
        RANGES_IMPORT,
        RANGES_EXPORT,
        CONFIG_VALIDATE,
        HOST_CHECK,
        HOST_QUERY,
        JIRA_CHECK,
        OUTBOX_LIST,
        OUTBOX_FLUSH,
        HELPER_SHUTDOWN);

    private Methods() {
    }
}
