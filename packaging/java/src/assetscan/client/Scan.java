package assetscan.client;

import assetscan.protocol.Event;
import assetscan.protocol.Methods;
import assetscan.protocol.ScanCancelParams;
import assetscan.protocol.ScanFinishedEvent;
import assetscan.protocol.ScanStartResult;
import assetscan.protocol.Status;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A scan that runs, or ran. */
public final class Scan {
    private final Helper helper;
    private final ScanStartResult started;
    private final Consumer<? super Event> listener;
    private final CompletableFuture<ScanFinishedEvent> finished = new CompletableFuture<>();

    Scan(Helper helper, ScanStartResult started, Consumer<? super Event> listener) {
        this.helper = helper;
        this.started = started;
        this.listener = listener;
    }

    /**
     * The scan's name in the helper.
     *
     * @return "s-1"
     */
    public String id() {
        return started.scanId();
    }

    /**
     * How many addresses it asks.
     *
     * @return the number
     */
    public long addresses() {
        return started.addresses();
    }

    /**
     * Completes once the listener has had every event of the scan; fails with a
     * {@link HelperGoneException} as soon as the helper is gone.
     *
     * @return the totals
     */
    public CompletableFuture<ScanFinishedEvent> finished() {
        return finished.copy();
    }

    /**
     * Stops the scan. Its last events, {@code scan.finished} too, come before the answer is there,
     * but the listener may still be busy with them.
     *
     * @return where it stopped
     */
    public CompletableFuture<Status> cancel() {
        return helper.call(Methods.SCAN_CANCEL, new ScanCancelParams(id()));
    }

    /** On the thread of the events. */
    void take(Event event) {
        try {
            listener.accept(event);
        } finally {
            if (event instanceof ScanFinishedEvent last) {
                helper.forget(this);
                finished.complete(last);
            }
        }
    }

    void lost(HelperGoneException why) {
        finished.completeExceptionally(why);
    }
}
