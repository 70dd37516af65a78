// Made by packaging/java/generate from schemas/openrpc.json; changes here are lost.
package assetscan.protocol;

import java.util.Map;

/** What a helper tells by itself. */
public sealed interface Event permits ScanStartedEvent, ScanProgressEvent, ScanHostEvent, ScanAssetEvent, ScanLogEvent, ScanFinishedEvent, HostRowsEvent, UnknownEvent {
    /** The notification's name. */
    String method();

    /** The scan that it belongs to; null: to none. */
    default String scanId() {
        return null;
    }

    /** The event of that name; an UnknownEvent where this client does not know it. */
    static Event of(String method, Map<String, Object> params) {
        return switch (method) {
            case "scan.started" -> ScanStartedEvent.from(params);
            case "scan.progress" -> ScanProgressEvent.from(params);
            case "scan.host" -> ScanHostEvent.from(params);
            case "scan.asset" -> ScanAssetEvent.from(params);
            case "scan.log" -> ScanLogEvent.from(params);
            case "scan.finished" -> ScanFinishedEvent.from(params);
            case "host.rows" -> HostRowsEvent.from(params);
            default -> new UnknownEvent(method, params);
        };
    }
}
