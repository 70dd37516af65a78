package assetscan.client;

import assetscan.protocol.CredentialSsh;
import assetscan.protocol.Event;
import assetscan.protocol.HostCheckParams;
import assetscan.protocol.HostState;
import assetscan.protocol.Jira;
import assetscan.protocol.JiraBasic;
import assetscan.protocol.Methods;
import assetscan.protocol.OutboxFlushParams;
import assetscan.protocol.Profile;
import assetscan.protocol.RangesParseParams;
import assetscan.protocol.ScanAssetEvent;
import assetscan.protocol.ScanFinishedEvent;
import assetscan.protocol.ScanHostEvent;
import assetscan.protocol.ScanProgressEvent;
import assetscan.protocol.ScanStartParams;
import assetscan.protocol.ScanStartedEvent;
import assetscan.protocol.Status;
import assetscan.protocol.UnknownEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** What a plugin does with a helper, on real servers. */
public final class PluginTest {
    private static final String SECRET = "Pl0gin-s3cret-of-Jira";
    private static Map<String, Object> world;

    private PluginTest() {
    }

    private static String text(String name) {
        return (String) world.get(name);
    }

    @SuppressWarnings("unchecked")
    private static List<String> texts(String name) {
        return (List<String>) (List<?>) world.get(name);
    }

    private static Helper.Builder builder(String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(text("program"), "rpc",
            "--state-dir=" + Files.createTempDirectory(Path.of(text("folder")), "state")));
        command.addAll(List.of(more));
        return Helper.builder(command);
    }

    private static ScanStartParams request(List<String> hosts) {
        return ScanStartParams.of(Profile.of("plugin").withProtocols(List.of("ssh")).withConnectTimeout(1.0).withSshTimeout(120.0))
            .withRanges(List.copyOf(hosts))
            .withCredentials(List.of(CredentialSsh.of("key", "alice").withPrivateKey(text("key"))));
    }

    private static Jira jira() {
        return Jira.of(text("jira"), JiraBasic.of("scanner").withPassword(SECRET));
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(240, TimeUnit.SECONDS);
    }

    /** Why a future failed; null when it did not within a while. */
    private static Throwable failure(CompletableFuture<?> future, long ms) throws Exception {
        try {
            future.get(ms, TimeUnit.MILLISECONDS);
            return null;
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (java.util.concurrent.TimeoutException e) {
            return null;
        }
    }

    private static long rss(long pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
            }
        }
        return 0;
    }

    // --- a good day -----------------------------------------------------------------------------

    private static void scanAndProgress() throws Exception {
        List<Event> seen = Collections.synchronizedList(new ArrayList<>());
        List<Long> when = Collections.synchronizedList(new ArrayList<>());
        try (Helper h = builder().start()) {
            Tap.equal(h.info().name(), "assetscan", "a helper says what it is");
            List<String> hosts = new ArrayList<>(texts("quick"));
            hosts.addAll(texts("late"));
            Scan scan = get(h.scan(request(hosts).withJira(jira()), e -> {
                seen.add(e);
                when.add(System.nanoTime());
            }));
            Tap.equal(scan.addresses(), (long) hosts.size(), "a scan says how many addresses it asks");
            ScanFinishedEvent end = get(scan.finished());
            long last = when.get(when.size() - 1);
            Tap.ok(seen.get(0) instanceof ScanStartedEvent, "its first event is the start", seen.get(0));
            Tap.ok(seen.get(seen.size() - 1) == end, "its last one the end", seen.get(seen.size() - 1));
            long early = 0;
            long progress = 0;
            for (int i = 0; i < seen.size(); i++) {
                boolean before = last - when.get(i) > 1_000_000_000L;
                early += before && seen.get(i) instanceof ScanHostEvent ? 1 : 0;
                progress += before && seen.get(i) instanceof ScanProgressEvent p && p.done() > 0 ? 1 : 0;
            }
            Tap.equal(early, (long) texts("quick").size(), "results arrive while the scan runs");
            Tap.ok(progress >= 2, "and so does progress", seen);
            Set<String> states = seen.stream().filter(ScanHostEvent.class::isInstance).map(e -> ((ScanHostEvent) e).state())
                .collect(Collectors.toSet());
            Tap.equal(states, Set.of(HostState.SCANNED), "all hosts are scanned");
            Tap.equal(seen.stream().filter(ScanAssetEvent.class::isInstance).map(e -> ((ScanAssetEvent) e).outcome()).collect(Collectors.toSet()),
                Set.of("created"), "all assets are created");
            ScanHostEvent one = (ScanHostEvent) seen.stream().filter(ScanHostEvent.class::isInstance).findFirst().orElseThrow();
            Tap.ok(one.os().family().equals("linux") && !one.identity().macs().isEmpty() && one.timings().total() > 0,
                "events are typed to the leaves", one);
            Status status = get(h.call(Methods.SCAN_STATUS, new assetscan.protocol.ScanStatusParams(scan.id())));
            Tap.equal(status.state(), "completed", "a finished scan can be asked for");
            secretsAreNowhere(h);
            Tap.equal(h.shutdown(true, Duration.ofSeconds(60)), 0, "an orderly end has status 0");
            Tap.ok(failure(h.call(Methods.HELPER_INFO), 60_000) instanceof HelperGoneException, "who asks afterwards is told", null);
        }
    }

    private static void secretsAreNowhere(Helper h) throws IOException {
        for (String file : List.of("cmdline", "environ")) {
            String all = Files.readString(Path.of("/proc/" + h.pid() + "/" + file), java.nio.charset.StandardCharsets.ISO_8859_1);
            Tap.ok(!all.contains(SECRET) && !all.contains("from-the-environment"), "no secret is in the helper's " + file, all);
        }
        String shown = request(List.of("a")).withJira(jira()).toString();
        Tap.ok(!shown.contains(SECRET) && !shown.contains("PRIVATE KEY") && shown.contains("scanner"), "nor in what a request prints as", shown);
    }

    private static void mistakes() throws Exception {
        try (Helper h = builder().start()) {
            Throwable why = failure(h.scan(ScanStartParams.of(Profile.of("")).withRanges(List.of("1.2.3.4.5")), e -> { }), 60_000);
            Tap.ok(why instanceof RpcException r && r.number() == -32602 && r.problems().size() >= 2
                && r.problems().stream().anyMatch(p -> p.pointer().equals("/profile/name")), "a wrong request names all its mistakes", why);
            why = failure(h.call(Methods.SCAN_CANCEL, new assetscan.protocol.ScanCancelParams("s-9")), 60_000);
            Tap.ok(why instanceof RpcException r && !r.code().isEmpty(), "an error of the helper has its code", why);
            List<CompletableFuture<?>> all = Collections.synchronizedList(new ArrayList<>());
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                threads.add(new Thread(() -> {
                    for (int i = 0; i < 100; i++) {
                        all.add(h.call(Methods.RANGES_PARSE, new RangesParseParams(List.of("10.0.0.0/8", "grüße-😀.example"))));
                    }
                }));
            }
            threads.forEach(Thread::start);
            for (Thread t : threads) {
                t.join();
            }
            int good = 0;
            for (CompletableFuture<?> f : all) {
                good += failure(f, 30_000) == null && f.isDone() ? 1 : 0;
            }
            Tap.equal(good, 800, "eight threads ask a hundred times each");
        }
    }

    // --- bad days ----------------------------------------------------------------------------------

    private static void cancel() throws Exception {
        try (Helper h = builder().start()) {
            CountDownLatch first = new CountDownLatch(texts("quick").size());
            List<String> hosts = new ArrayList<>(texts("hung"));
            hosts.addAll(texts("quick"));
            Scan scan = get(h.scan(request(hosts), e -> {
                if (e instanceof ScanHostEvent) {
                    first.countDown();
                }
            }));
            Tap.ok(first.await(120, TimeUnit.SECONDS), "a scan with hosts that hang is under way", first);
            long began = System.nanoTime();
            Status status = get(scan.cancel());
            ScanFinishedEvent end = get(scan.finished());
            double took = (System.nanoTime() - began) / 1e9;
            Tap.equal(end.reason() + " " + status.state(), "cancelled cancelled", "cancel ends it");
            Tap.ok(took < 8, "soon", took);
        }
    }

    private static void killed() throws Exception {
        List<HelperGoneException> told = Collections.synchronizedList(new ArrayList<>());
        try (Supervisor s = new Supervisor(builder(), told::add)) {
            Helper h = s.helper();
            Tap.ok(s.helper() == h, "a supervisor keeps a helper that lives", h);
            CountDownLatch first = new CountDownLatch(1);
            Scan scan = get(h.scan(request(texts("hung")), e -> first.countDown()));
            first.await(120, TimeUnit.SECONDS);
            CompletableFuture<?> check = h.call(Methods.HOST_CHECK, HostCheckParams.of(texts("hung").get(0),
                List.of(CredentialSsh.of("key", "alice").withPrivateKey(text("key")))));
            Thread.sleep(300);
            long began = System.nanoTime();
            ProcessHandle.of(h.pid()).orElseThrow().destroyForcibly();
            Throwable why = failure(check, 30_000);
            double took = (System.nanoTime() - began) / 1e9;
            Tap.ok(why instanceof HelperGoneException g && g.status() == 137, "a helper that is killed fails what waits for it, with its status", why);
            Tap.ok(took < 5, "at once", took);
            Tap.ok(failure(scan.finished(), 30_000) instanceof HelperGoneException, "and its scans", scan.finished());
            Tap.ok(!h.isAlive() && Tap.until(() -> told.size() == 1, 30_000), "and the supervisor says so, once", told);
            Helper next = s.helper();
            Tap.ok(next != h && next.isAlive(), "the next one is another", next);
            Scan again = get(next.scan(request(texts("quick")), e -> { }));
            Tap.equal(get(again.finished()).reason(), "completed", "and scans, although the other left its lock");
            Tap.equal(get(next.call(Methods.OUTBOX_FLUSH, OutboxFlushParams.of(jira()))).left(), 0L, "what was left can be posted");
        }
        Tap.equal(told.size(), 1, "a supervisor that is closed keeps quiet");
    }

    private static void killedWithASlowListener() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        Helper h = builder().queue(1).start();
        Scan scan = get(h.scan(request(List.of("127.20.0.0/16")), e -> {
            try {
                stuck.await();
            } catch (InterruptedException x) {
                Thread.currentThread().interrupt();
            }
        }));
        Thread.sleep(1500);
        CompletableFuture<?> waits = h.call(Methods.HELPER_INFO);
        long began = System.nanoTime();
        ProcessHandle.of(h.pid()).orElseThrow().destroyForcibly();
        Throwable why = failure(waits, 30_000);
        double took = (System.nanoTime() - began) / 1e9;
        Tap.ok(why instanceof HelperGoneException && took < 6, "a killed helper is noticed at once although a listener keeps everybody waiting", why + " " + took);
        Tap.ok(failure(scan.finished(), 30_000) instanceof HelperGoneException, "and so is its scan", scan.finished());
        stuck.countDown();
        h.close();
    }

    private static void slowConsumer() throws Exception {
        AtomicInteger hosts = new AtomicInteger();
        CountDownLatch go = new CountDownLatch(1);
        Set<String> addresses = Collections.synchronizedSet(new java.util.HashSet<>());
        try (Helper h = builder().queue(16).start()) {
            long empty = rss(h.pid());
            // Everything on loopback refuses at once: sixteen thousand lines.
            Scan scan = get(h.scan(request(List.of("127.10.0.0/18")), e -> {
                try {
                    if (e instanceof ScanHostEvent host) {
                        if (hosts.incrementAndGet() == 500) {
                            go.await();
                        }
                        addresses.add(host.address());
                    }
                } catch (InterruptedException x) {
                    Thread.currentThread().interrupt();
                }
            }));
            Tap.ok(Tap.until(() -> hosts.get() == 500, 120_000), "a listener stops in the middle of a scan", hosts);
            Thread.sleep(2500);
            long held = rss(h.pid());
            Tap.ok(held - empty < 64, "the helper's memory stays bounded while nobody listens", empty + " -> " + held + " MiB");
            Tap.ok(!scan.finished().isDone() && hosts.get() == 500, "the scan waits", hosts);
            go.countDown();
            ScanFinishedEvent end = get(scan.finished());
            Tap.equal(addresses.size() + " " + hosts.get(), "16384 16384", "and then every result comes, once");
            Tap.equal(end.hosts().refused(), 16384L, "as the totals say");
        }
    }

    private static void strangeHelper() throws Exception {
        String[] lines = {
            "*** Welcome to this server ***", "", "{\"jsonrpc\":\"2.0\"", "[1,2]", "null", "\"x\"", "{\"id\":\"77\",\"result\":{}}",
            "{\"jsonrpc\":\"2.0\",\"method\":\"scan.later\",\"params\":{\"scanId\":\"s-1\",\"x\":1}}",
            "{\"jsonrpc\":\"2.0\",\"method\":\"scan.host\",\"params\":{\"scanId\":\"s-1\",\"address\":7}}",
            "{\"jsonrpc\":\"2.0\",\"method\":\"scan.host\",\"params\":[1]}",
            "{\"jsonrpc\":\"2.0\",\"method\":\"scan.host\",\"params\":{\"scanId\":\"s-1\",\"address\":\"10.0.0.1\",\"new\":{\"a\":[1]}}}",
        };
        Path script = Files.createTempFile(Path.of(text("folder")), "strange", ".sh");
        StringBuilder s = new StringBuilder("#!/bin/sh\n");
        // More on standard error than a pipe holds, before a word is said.
        s.append("head -c 3000000 /dev/zero | tr '\\0' 'e' | fold -w 100 >&2\n");
        for (String line : lines) {
            s.append("printf '%s\\n' '").append(line).append("'\n");
        }
        s.append("printf '\\377\\376 \\033[31m\\n'\n");
        // The line ends of a terminal or of Windows on the way.
        s.append("printf '%s\\r\\n' '{\"jsonrpc\":\"2.0\",\"method\":\"scan.later\",\"params\":{\"x\":\"\u00fc\"}}'\n");
        s.append("read q; printf '%s\\n' '{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"result\":{\"name\":\"assetscan\",\"version\":\"9\",\"protocol\":\"1.7\"}}'\n");
        s.append("read q; echo 'I have had enough' >&2; exit 3\n");
        Files.writeString(script, s);
        List<Event> events = Collections.synchronizedList(new ArrayList<>());
        List<String> said = Collections.synchronizedList(new ArrayList<>());
        Helper h = Helper.builder(List.of("/bin/sh", script.toString())).onEvent(events::add).onSaid(said::add).start();
        Tap.equal(h.info().version(), "9", "a helper that talks nonsense first is understood");
        Tap.ok(Tap.until(() -> events.size() == 5, 60_000), "what it tells arrives", events);
        Tap.ok(events.get(0) instanceof UnknownEvent u && u.method().equals("scan.later") && "s-1".equals(u.scanId()),
            "a notification of a later helper is an unknown one", events);
        Tap.ok(events.get(1) instanceof UnknownEvent, "so is one whose members are others", events);
        Tap.ok(events.get(3) instanceof ScanHostEvent e && e.address().equals("10.0.0.1") && e.fields() == null && e.roundTrips() == 0,
            "members that are new or missing disturb nobody", events);
        Tap.ok(events.get(4) instanceof UnknownEvent u && "\u00fc".equals(u.params().get("x")), "nor does a carriage return", events);
        Tap.ok(said.stream().anyMatch(x -> x.contains("Welcome")), "what is no protocol is said", null);
        Throwable why = failure(h.call(Methods.SCAN_LIST), 60_000);
        Tap.ok(why instanceof HelperGoneException g && g.status() == 3 && g.getMessage().contains("I have had enough"),
            "one that gives up is quoted", why);
        h.close();
        for (String[] bad : new String[][] {{"{\"protocol\":\"2.0\"}", "protocol 2.0"}, {"7", "is no helper"}}) {
            Throwable refused = null;
            try {
                Helper.builder(List.of("/bin/sh", "-c", "read q; printf '%s\\n' '{\"id\":\"1\",\"result\":" + bad[0] + "}'; sleep 9")).start();
            } catch (HelperGoneException e) {
                refused = e;
            }
            Tap.ok(refused != null && refused.getMessage().contains(bad[1]), "what answers " + bad[0] + " is not taken", refused);
        }
        Throwable refused = null;
        try {
            Helper.builder(List.of("/bin/sh", "-c", "echo no such thing >&2; exit 127")).start();
        } catch (HelperGoneException e) {
            refused = e;
        }
        Tap.ok(refused instanceof HelperGoneException g && g.status() == 127 && g.said().contains("no such thing"), "one that is not there says why", refused);
    }

    private static void closedWhileItStarts() throws Exception {
        Supervisor s = new Supervisor(Helper.builder(List.of("sleep", "97.125")), gone -> { });
        CompletableFuture<Helper> waits = new CompletableFuture<>();
        Thread user = new Thread(() -> {
            try {
                waits.complete(s.helper());
            } catch (Exception e) {
                waits.completeExceptionally(e);
            }
        });
        user.start();
        java.util.function.LongSupplier sleepers = () -> ProcessHandle.current().children()
            .filter(p -> p.isAlive() && p.info().arguments().map(a -> List.of(a).contains("97.125")).orElse(false)).count();
        Tap.ok(Tap.until(() -> sleepers.getAsLong() == 1, 10_000), "a program that hangs is started", null);
        long began = System.nanoTime();
        s.close();
        Tap.ok(System.nanoTime() - began < 10_000_000_000L, "closing does not wait for it", null);
        Tap.ok(failure(waits, 10_000) instanceof HelperGoneException, "who waited for a helper is told", waits);
        Tap.ok(Tap.until(() -> sleepers.getAsLong() == 0, 10_000), "and nothing is left of it", null);
    }

    private static void listenersThatFail() throws Exception {
        List<String> said = Collections.synchronizedList(new ArrayList<>());
        try (Helper h = builder().onSaid(said::add).start()) {
            Scan scan = get(h.scan(request(texts("quick")), e -> {
                throw new IllegalStateException("mine");
            }));
            Tap.equal(get(scan.finished()).reason(), "completed", "a listener that throws does not stop the others");
            Tap.ok(said.stream().anyMatch(x -> x.contains("mine")), "and is told", said);
            Scan later = get(h.scan(request(texts("quick")), e -> {
                throw new NoClassDefFoundError("of a bundle that is gone");
            }));
            Tap.equal(get(later.finished()).reason(), "completed", "nor does one whose classes are gone");
            Scan stops = get(h.scan(request(texts("hung")), e -> {
                if (e instanceof ScanStartedEvent) {
                    new Thread(h::close).start();
                }
            }));
            Tap.equal(get(stops.finished()).reason(), "cancelled", "closing in the middle of a scan cancels it in order");
        }
    }

    private static void overSsh() throws Exception {
        for (String user : List.of("root", "bob")) {
            List<String> command = new ArrayList<>(texts("ssh"));
            command.addAll(List.of(user + "@" + text("collector"), text("farProgram"), "rpc",
                "--state-dir=" + ("root".equals(user) ? Files.createTempDirectory(Path.of(text("folder")), "far") : "/nonexistent/x")));
            try (Helper h = Helper.builder(command).linkTimeout(Duration.ofSeconds(6)).start()) {
                Tap.equal(h.info().name(), "assetscan", "a helper behind ssh, as " + user);
                Thread.sleep(9000);
                Tap.ok(h.isAlive(), "stays although nothing is asked", h.gone());
                if ("root".equals(user)) {
                    Scan scan = get(h.scan(request(texts("quick")), e -> { }));
                    Tap.equal(get(scan.finished()).hosts().scanned(), (long) texts("quick").size(), "and scans there");
                }
                ProcessHandle.of(h.pid()).orElseThrow().destroyForcibly();
                Tap.ok(failure(h.call(Methods.SCAN_LIST), 60_000) instanceof HelperGoneException, "a link that is cut is noticed", h.gone());
            }
        }
    }

    /**
     * Runs all of it.
     *
     * @param args a JSON file that says where the servers are
     * @throws Exception when that cannot be read
     */
    @SuppressWarnings("unchecked")
    public static void main(String[] args) throws Exception {
        world = (Map<String, Object>) Json.read(Files.readString(Path.of(args[0])));
        Tap.part("a scan", PluginTest::scanAndProgress);
        Tap.part("mistakes", PluginTest::mistakes);
        Tap.part("cancel", PluginTest::cancel);
        Tap.part("a killed helper", PluginTest::killed);
        Tap.part("a killed helper and a slow listener", PluginTest::killedWithASlowListener);
        Tap.part("a slow consumer", PluginTest::slowConsumer);
        Tap.part("a strange helper", PluginTest::strangeHelper);
        Tap.part("closed while it starts", PluginTest::closedWhileItStarts);
        Tap.part("listeners that fail", PluginTest::listenersThatFail);
        Tap.part("over ssh", PluginTest::overSsh);
    }
}
