package assetscan.client;

import assetscan.protocol.Event;
import assetscan.protocol.HelperInfoResult;
import assetscan.protocol.HelperShutdownParams;
import assetscan.protocol.JsonValue;
import assetscan.protocol.Method;
import assetscan.protocol.Methods;
import assetscan.protocol.ScanStartParams;
import assetscan.protocol.ScanStartResult;
import assetscan.protocol.UnknownEvent;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A running {@code assetscan rpc} and the conversation with it. Thread-safe.
 *
 * <pre>
 *   call() -> standard input                 standard output -> reader -> answers -> futures
 *                                                                     -> queue -> events -> listeners
 * </pre>
 *
 * <p>Back-pressure: at most as many events wait as the builder says. A listener that is slow makes
 * the reader wait, the pipe fills, and the helper scans more slowly; nothing is lost and no memory
 * grows. Listeners run one at a time on a thread of their own; one must not wait there for a future
 * of this helper, whose answer may stand behind the events that wait for that very listener.
 *
 * <p>Secrets go over standard input only. Log-ons in the environment of this process are not handed
 * on.
 */
public final class Helper implements AutoCloseable {
    private static final int LINE_MAX = 64 << 20;
    private static final int SAID_LINES = 50;
    private static final int GRACE_MS = 2000;
    private static final Duration START = Duration.ofSeconds(60);
    private static final String PROTOCOL = "1.";

    private final Process process;
    private final Builder how;
    private final OutputStream in;
    private final BlockingQueue<Event> queue;
    private final Map<String, Pending<?>> pending = new ConcurrentHashMap<>();
    private final Map<String, Scan> scans = new ConcurrentHashMap<>();
    private final CompletableFuture<HelperGoneException> gone = new CompletableFuture<>();
    private final AtomicLong ids = new AtomicLong();
    private final Deque<String> said = new ArrayDeque<>();
    private final ExecutorService answers;
    private final Thread events;
    private final Thread reader;
    private final Thread errors;
    private final AtomicBoolean told = new AtomicBoolean();
    private volatile boolean readAll;
    private HelperInfoResult info;

    /** How to start one. */
    public static final class Builder {
        private final List<String> command;
        private Consumer<? super Event> onEvent = e -> { };
        private Consumer<? super String> onSaid = line -> { };
        private int queue = 256;
        private Duration linkTimeout;

        private Builder(List<String> command) {
            this.command = List.copyOf(command);
        }

        /**
         * Takes the events that belong to no scan begun by {@link Helper#scan}.
         *
         * @param listener on the thread of the events
         * @return this
         */
        public Builder onEvent(Consumer<? super Event> listener) {
            onEvent = listener;
            return this;
        }

        /**
         * Takes what the helper writes on standard error, what stands on its standard output and is
         * no protocol, and what went wrong in a listener: for the plugin's own log.
         *
         * @param listener on any thread; must be quick
         * @return this
         */
        public Builder onSaid(Consumer<? super String> listener) {
            onSaid = listener;
            return this;
        }

        /**
         * How many events may wait for a listener.
         *
         * @param events at least 1; 256 unless said
         * @return this
         */
        public Builder queue(int events) {
            queue = events;
            return this;
        }

        /**
         * For a helper behind a link ({@code ssh host assetscan rpc}): it ends when it heard nothing
         * for so long, and this side sends something often enough. The option --link-timeout is
         * added to the command's last words.
         *
         * @param time some seconds at least
         * @return this
         */
        public Builder linkTimeout(Duration time) {
            linkTimeout = time;
            return this;
        }

        /**
         * Starts the process and waits until it answers.
         *
         * @return a helper that speaks this protocol
         * @throws IOException when the program cannot be started
         * @throws HelperGoneException when it ended, did not answer within a minute, or speaks
         *     another protocol
         * @throws InterruptedException when the thread was interrupted while it waited
         */
        public Helper start() throws IOException, HelperGoneException, InterruptedException {
            List<String> words = new ArrayList<>(command);
            if (linkTimeout != null) {
                words.add("--link-timeout=" + Math.max(1, linkTimeout.toSeconds()));
            }
            ProcessBuilder p = new ProcessBuilder(words);
            p.environment().keySet().removeIf(k -> k.startsWith("ASSETSCAN_")
                && (k.endsWith("PASSWORD") || k.endsWith("PASSPHRASE") || k.endsWith("TOKEN")));
            Helper h = new Helper(p.start(), this);
            h.begin();
            return h;
        }
    }

    /** A request without its answer. */
    private static final class Pending<R> {
        final Method<?, R> method;
        final Consumer<? super R> first;
        final CompletableFuture<R> future = new CompletableFuture<>();

        Pending(Method<?, R> method, Consumer<? super R> first) {
            this.method = method;
            this.first = first;
        }

        /** Reads the answer, on the reader's thread; gives what completes the future. */
        @SuppressWarnings("unchecked")
        Runnable answered(Map<String, Object> message) {
            if (message.get("error") instanceof Map<?, ?> error) {
                RpcException e = new RpcException((Map<String, Object>) error);
                return () -> future.completeExceptionally(e);
            }
            try {
                R result = method.reader().apply(message.get("result"));
                first.accept(result);
                return () -> future.complete(result);
            } catch (RuntimeException e) {
                return () -> future.completeExceptionally(
                    new IllegalStateException("the answer to " + method.name() + " is not what this client knows", e));
            }
        }
    }

    /**
     * Prepares a helper.
     *
     * @param command the program and its words: {@code List.of("/usr/bin/assetscan", "rpc",
     *     "--state-dir=/var/lib/jira/assetscan")}, or the same behind ssh; no secret belongs there
     * @return what starts it
     */
    public static Builder builder(List<String> command) {
        return new Builder(command);
    }

    private Helper(Process process, Builder how) {
        this.process = process;
        this.how = how;
        in = new BufferedOutputStream(process.getOutputStream(), 65536);
        queue = new ArrayBlockingQueue<>(how.queue);
        answers = Executors.newSingleThreadExecutor(task -> thread("answers", task));
        events = thread("events", this::deliver);
        errors = thread("errors", this::listen);
        reader = thread("reader", this::read);
    }

    private Thread thread(String name, Runnable task) {
        Thread t = new Thread(task, "assetscan-" + process.pid() + "-" + name);
        t.setDaemon(true);
        return t;
    }

    private void begin() throws HelperGoneException, InterruptedException {
        events.start();
        errors.start();
        reader.start();
        // One that was killed is noticed although a slow listener keeps the reader waiting.
        process.onExit().thenAccept(p -> {
            if (p.exitValue() != 0) {
                ended();
            }
        });
        try {
            info = call(Methods.HELPER_INFO).get(START.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            process.destroyForcibly();
            throw e.getCause() instanceof HelperGoneException why ? why : gone("is no helper: " + e.getCause().getMessage());
        } catch (TimeoutException e) {
            process.destroyForcibly();
            throw gone("did not answer within " + START.toSeconds() + " seconds");
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw e;
        }
        if (info.protocol() == null || !info.protocol().startsWith(PROTOCOL)) {
            process.destroyForcibly();
            throw gone("speaks protocol " + info.protocol() + ", this client " + PROTOCOL + "x");
        }
        if (how.linkTimeout != null) {
            thread("link", this::keepLink).start();
        }
    }

    // --- asking ----------------------------------------------------------------------------

    /**
     * Sends a request.
     *
     * @param <P> its parameters
     * @param <R> its answer
     * @param method one of {@link Methods}
     * @param params its parameters
     * @return the answer; fails with an {@link RpcException} or a {@link HelperGoneException}
     */
    public <P extends JsonValue, R> CompletableFuture<R> call(Method<P, R> method, P params) {
        return send(method, params, answer -> { });
    }

    /**
     * Sends a request without parameters.
     *
     * @param <R> its answer
     * @param method one of {@link Methods}
     * @return the answer
     */
    public <R> CompletableFuture<R> call(Method<Void, R> method) {
        return send(method, null, answer -> { });
    }

    /**
     * Begins a scan.
     *
     * @param params what to scan
     * @param listener takes every event of this scan, in order, on the thread of the events
     * @return the scan, once the helper has taken it; fails with an {@link RpcException} that names
     *     all mistakes of the request
     */
    public CompletableFuture<Scan> scan(ScanStartParams params, Consumer<? super Event> listener) {
        CompletableFuture<Scan> out = new CompletableFuture<>();
        Scan[] scan = new Scan[1];
        // On the reader's thread, so before the scan's first event is read.
        send(Methods.SCAN_START, params, (ScanStartResult started) -> {
            scan[0] = new Scan(this, started, listener);
            scans.put(started.scanId(), scan[0]);
        }).whenComplete((started, why) -> {
            if (why != null) {
                out.completeExceptionally(why);
                return;
            }
            if (gone.isDone() && scans.remove(started.scanId(), scan[0])) {
                scan[0].lost(gone.join());
            }
            out.complete(scan[0]);
        });
        return out;
    }

    private <R> CompletableFuture<R> send(Method<?, R> method, JsonValue params, Consumer<? super R> first) {
        Pending<R> request = new Pending<>(method, first);
        String id = Long.toString(ids.incrementAndGet());
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("jsonrpc", "2.0");
        message.put("id", id);
        message.put("method", method.name());
        if (params != null) {
            message.put("params", params);
        }
        byte[] line = (Json.write(message) + "\n").getBytes(StandardCharsets.UTF_8);
        pending.put(id, request);
        try {
            synchronized (in) {
                in.write(line);
                in.flush();
            }
        } catch (IOException e) {
            // It is about to end, and then the reader knows more; unless it has only closed its input.
            CompletableFuture.delayedExecutor(GRACE_MS, TimeUnit.MILLISECONDS).execute(() -> {
                if (pending.remove(id) != null) {
                    request.future.completeExceptionally(gone("does not listen any more"));
                }
            });
        }
        // Who is gone before the request was noted answers nobody.
        if (gone.isDone() && pending.remove(id) != null) {
            request.future.completeExceptionally(gone.join());
        }
        return request.future;
    }

    private void keepLink() {
        long pause = Math.max(300, how.linkTimeout.toMillis() / 3);
        try {
            while (!gone.isDone()) {
                Thread.sleep(pause);
                call(Methods.HELPER_INFO);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // --- listening --------------------------------------------------------------------------

    private void read() {
        try {
            Lines lines = new Lines(process.getInputStream(), LINE_MAX);
            for (String line = lines.next(); line != null; line = lines.next()) {
                take(line);
            }
        } catch (IOException e) {
            say("reading from the helper: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            // Whatever stopped it: nobody reads any more, and those who wait are told.
            readAll = true;
            ended();
        }
    }

    @SuppressWarnings("unchecked")
    private void take(String line) throws InterruptedException {
        Object o;
        try {
            o = Json.read(line);
        } catch (JsonException e) {
            // What a shell's rc file printed, say; it costs nothing else.
            say("no protocol: " + (line.length() > 200 ? line.substring(0, 200) + "..." : line));
            return;
        }
        for (Object one : o instanceof List<?> batch ? batch : List.of(o == null ? "null" : o)) {
            if (one instanceof Map<?, ?> message) {
                take((Map<String, Object>) message);
            } else {
                say("no message: " + line);
            }
        }
    }

    @SuppressWarnings("unchecked")
    private void take(Map<String, Object> message) throws InterruptedException {
        if (message.get("method") instanceof String method) {
            Map<String, Object> params = message.get("params") instanceof Map<?, ?> m ? (Map<String, Object>) m : Map.of();
            queue.put(event(method, params));
            return;
        }
        Pending<?> request = message.get("id") instanceof String id ? pending.remove(id) : null;
        if (request == null) {
            say("an answer to nothing: " + Json.write(message));
            return;
        }
        Runnable answer = request.answered(message);
        try {
            answers.execute(answer);
        } catch (RejectedExecutionException e) {
            answer.run();
        }
    }

    private static Event event(String method, Map<String, Object> params) {
        try {
            return Event.of(method, params);
        } catch (RuntimeException e) {
            return new UnknownEvent(method, params);
        }
    }

    private void deliver() {
        try {
            for (;;) {
                Event event = queue.poll(100, TimeUnit.MILLISECONDS);
                if (event == null && readAll && queue.isEmpty()) {
                    return;
                } else if (event == null) {
                    continue;
                }
                Scan scan = event.scanId() != null ? scans.get(event.scanId()) : null;
                try {
                    if (scan != null) {
                        scan.take(event);
                    } else {
                        how.onEvent.accept(event);
                    }
                } catch (RuntimeException | Error e) {
                    // An Error too: where a plugin is replaced its classes may be gone.
                    say("a listener failed at " + event.method() + ": " + e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void listen() {
        try {
            Lines lines = new Lines(process.getErrorStream(), LINE_MAX);
            for (String line = lines.next(); line != null; line = lines.next()) {
                synchronized (said) {
                    said.addLast(line);
                    if (said.size() > SAID_LINES) {
                        said.removeFirst();
                    }
                }
                say(line);
            }
        } catch (IOException e) {
            say("reading the helper's diagnostics: " + e.getMessage());
        }
    }

    private void say(String line) {
        try {
            how.onSaid.accept(line);
        } catch (RuntimeException | Error e) {
            // A log that fails must not end the conversation.
            return;
        }
    }

    // --- the end ------------------------------------------------------------------------------

    private HelperGoneException gone(String what) {
        String last;
        synchronized (said) {
            last = String.join("\n", said);
        }
        boolean over = !process.isAlive();
        return new HelperGoneException("the helper " + what, over ? process.exitValue() : -1, last);
    }

    /** Nobody answers any more: told to all who wait. */
    private void ended() {
        if (!told.compareAndSet(false, true)) {
            return;
        }
        try {
            // It has closed its output, so it is about to end; what it said last is worth the wait.
            if (process.waitFor(5, TimeUnit.SECONDS)) {
                errors.join(500);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        HelperGoneException why = gone(process.isAlive() ? "has closed its output" : "ended with status " + process.exitValue());
        gone.complete(why);
        answers.execute(() -> {
            for (String id : pending.keySet()) {
                Pending<?> request = pending.remove(id);
                if (request != null) {
                    request.future.completeExceptionally(why);
                }
            }
            lose(why);
        });
        answers.shutdown();
    }

    /** Scans whose end is not among the events that still wait. */
    private void lose(HelperGoneException why) {
        for (Scan scan : scans.values()) {
            boolean ends = queue.stream().anyMatch(e -> scan.id().equals(e.scanId()) && "scan.finished".equals(e.method()));
            if (!ends && scans.remove(scan.id(), scan)) {
                scan.lost(why);
            }
        }
    }

    void forget(Scan scan) {
        scans.remove(scan.id(), scan);
    }

    /**
     * What the helper said of itself when it started.
     *
     * @return version, protocol, capabilities, limits
     */
    public HelperInfoResult info() {
        return info;
    }

    /**
     * The process, as the system counts it; of ssh where the helper is behind it.
     *
     * @return its number
     */
    public long pid() {
        return process.pid();
    }

    /**
     * Whether it can be asked.
     *
     * @return false once it is gone
     */
    public boolean isAlive() {
        return !gone.isDone() && process.isAlive();
    }

    /**
     * Completes when the helper is gone, in order or not; never fails.
     *
     * @return why
     */
    public CompletableFuture<HelperGoneException> gone() {
        return gone.copy();
    }

    /**
     * Ends the helper in order: running scans are finished or cancelled, what is not posted goes to
     * the outbox, listeners get what is left.
     *
     * @param finish false: scans are cancelled
     * @param within how long that may take; then the process is ended by force
     * @return the exit status; 0 is an orderly end
     */
    public int shutdown(boolean finish, Duration within) {
        long until = System.nanoTime() + within.toNanos();
        call(Methods.HELPER_SHUTDOWN, HelperShutdownParams.of().withMode(finish ? "finish" : "cancel"));
        boolean ended = false;
        try {
            ended = process.waitFor(until - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (!ended) {
                process.destroy();
                ended = process.waitFor(5, TimeUnit.SECONDS);
            }
            // The listeners have what was read before they are let go.
            if (ended && Thread.currentThread() != events) {
                events.join(Math.max(1, (until - System.nanoTime()) / 1_000_000));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!ended) {
            process.destroyForcibly();
        }
        if (Thread.currentThread() != events) {
            events.interrupt();
            reader.interrupt();
        }
        try {
            in.close();
        } catch (IOException e) {
            say("closing the helper's input: " + e.getMessage());
        }
        return ended ? process.exitValue() : -1;
    }

    /** Cancels what runs and ends the helper, within half a minute. */
    @Override
    public void close() {
        shutdown(false, Duration.ofSeconds(30));
    }
}
