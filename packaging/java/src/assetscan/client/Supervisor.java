package assetscan.client;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * A helper that is there when it is wanted: started at the first use, started again after it ended.
 *
 * <p>A helper that dies young is not started again at once: the pause grows from a second to half a
 * minute. Scans are not begun again by themselves; whoever began them knows from their
 * {@link Scan#finished()} that they are lost, and {@code outbox.flush} posts what they left.
 */
public final class Supervisor implements AutoCloseable {
    private static final long YOUNG_MS = 60_000;
    private static final long FIRST_PAUSE_MS = 1_000;
    private static final long LAST_PAUSE_MS = 30_000;

    private final Helper.Builder builder;
    private final Consumer<? super HelperGoneException> onGone;
    private Helper helper;
    private long started;
    private long pause;
    private volatile boolean closed;
    private final Object gate = new Object();
    private Thread starting;

    /**
     * Starts nothing yet.
     *
     * @param builder how to start one; not to be changed any more
     * @param onGone told whenever a helper ended that was not closed; must be quick
     */
    public Supervisor(Helper.Builder builder, Consumer<? super HelperGoneException> onGone) {
        this.builder = builder;
        this.onGone = onGone;
    }

    private static long now() {
        return System.nanoTime() / 1_000_000;
    }

    /**
     * A helper that lives, as far as anybody can tell.
     *
     * @return the one there is, or a new one; waits where the last ones died young
     * @throws IOException when the program cannot be started
     * @throws HelperGoneException when it does not become one, or this was closed
     * @throws InterruptedException when the thread was interrupted while it waited
     */
    public synchronized Helper helper() throws IOException, HelperGoneException, InterruptedException {
        if (helper != null && helper.isAlive()) {
            return helper;
        }
        if (helper != null) {
            pause = now() - started > YOUNG_MS ? 0 : Math.min(Math.max(2 * pause, FIRST_PAUSE_MS), LAST_PAUSE_MS);
        }
        // The first one after a long life is not kept waiting.
        long until = started + pause;
        while (!closed && helper != null && now() < until) {
            wait(Math.max(1, until - now()));
        }
        if (closed) {
            throw new HelperGoneException("the supervisor is closed", -1, "");
        }
        started = now();
        helper = start();
        helper.gone().thenAccept(this::tell);
        return helper;
    }

    /** A program that hangs does not hold up close(): who waits for it is woken. */
    private Helper start() throws IOException, HelperGoneException, InterruptedException {
        synchronized (gate) {
            if (closed) {
                throw new HelperGoneException("the supervisor is closed", -1, "");
            }
            starting = Thread.currentThread();
        }
        try {
            return builder.start();
        } catch (InterruptedException e) {
            if (closed) {
                throw new HelperGoneException("the supervisor is closed", -1, "");
            }
            throw e;
        } finally {
            synchronized (gate) {
                starting = null;
                if (closed) {
                    // The interrupt of close(), which may have come too late.
                    Thread.interrupted();
                }
            }
        }
    }

    private void tell(HelperGoneException why) {
        boolean wanted;
        synchronized (this) {
            wanted = !closed;
        }
        if (wanted) {
            onGone.accept(why);
        }
    }

    /** Ends the helper in order; its scans are cancelled. */
    @Override
    public void close() {
        Helper last;
        synchronized (gate) {
            closed = true;
            if (starting != null) {
                starting.interrupt();
            }
        }
        synchronized (this) {
            last = helper;
            notifyAll();
        }
        if (last != null) {
            last.shutdown(false, Duration.ofSeconds(30));
        }
    }
}
