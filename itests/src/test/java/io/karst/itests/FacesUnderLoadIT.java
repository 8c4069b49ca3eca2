// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

/**
 * Many who look at the same time, under the demo's load: ten readers of the live stream, two of them browsers, ten scrapers of the
 * metrics, and a client that opens the stream and never reads. The figures are in target/faces-under-load.
 */
public class FacesUnderLoadIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration WARM_UP = Duration.ofSeconds(10);
    private static final Duration TIME = Duration.ofMinutes(1);
    private static final int BROWSERS = 2;
    private static final int READERS = 10 - BROWSERS;
    private static final int SCRAPERS = 10;
    private static final long MIB = 1 << 20;

    private static final String LOGIN = RunningKaraf.basic("viewer:of load");
    private static final String LIVE = "/karst/api/v1/live";
    private static final String METRICS = "/karst/metrics";

    /** As for a link that takes little at once. On the loopback address, the kernel would take ten minutes of frames. */
    private static final int SMALL_BUFFER = 4096;

    private static final String SERVER = """
            <!DOCTYPE Configure PUBLIC "-//Jetty//Configure//EN" "https://www.eclipse.org/jetty/configure_9_3.dtd">
            <Configure id="Server" class="org.eclipse.jetty.server.Server">
              <Call name="addConnector">
                <Arg>
                  <New class="org.eclipse.jetty.server.ServerConnector">
                    <Arg name="server"><Ref refid="Server"/></Arg>
                    <Set name="host">127.0.0.1</Set>
                    <Set name="port">%s</Set>
                    <Set name="acceptedSendBufferSize">%d</Set>
                  </New>
                </Arg>
              </Call>
            </Configure>
            """;

    /** Counts in a page what its event source gets. */
    private static final String COUNT_FRAMES = """
            window.framesSeen = 0;
            window.EventSource = class extends EventSource {
              constructor(...all) {
                super(...all);
                this.addEventListener('now', () => { window.framesSeen++; });
              }
            };
            """;

    private static RunningKaraf karaf;
    private static Debugger debugger;
    private static InetSocketAddress server;

    @BeforeClass
    public static void start() throws Exception {
        String port = RunningKaraf.freePort();
        karaf = RunningKaraf.startDebugged(Path.of(System.getProperty("karst.distribution")), "faces-karaf", port);
        String address = karaf.configureHttp("viewer = of load,viewer");
        String http = address.replaceFirst(".*:", "");
        server = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(http));
        Path jetty = karaf.file("etc/jetty.xml");
        Files.writeString(jetty, SERVER.formatted(http, SMALL_BUFFER));
        Files.writeString(
                karaf.settings("org.ops4j.pax.web"),
                "org.ops4j.pax.web.config.file = " + jetty + "\n",
                StandardOpenOption.APPEND);
        karaf.shell("feature:install karst-metrics");
        karaf.awaitShell("karst:flow --json", "READY", PATIENCE);
        karaf.shell("karst:demo start");
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!answers()) {
            assertTrue("no answer", System.nanoTime() < deadline);
            TimeUnit.MILLISECONDS.sleep(200);
        }
        debugger = Debugger.attach(port);
        debugger.count("io.karst.locktracer.internal.LockTracerStage", "read");
        debugger.count("io.karst.contention.internal.LockContentionService", "counted");
    }

    @AfterClass
    public static void stop() throws Exception {
        if (debugger != null) {
            debugger.detach();
        }
        if (karaf != null) {
            karaf.close();
        }
    }

    private static boolean answers() throws InterruptedException {
        try {
            return scrape().contains("map=\"load_values\"");
        } catch (IOException e) {
            return false; // nobody listens yet
        }
    }

    /** A connection on which something was asked. */
    private static Socket ask(String path) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(path.equals(LIVE) ? SMALL_BUFFER : 1 << 16);
        socket.setSoTimeout((int) PATIENCE.toMillis());
        socket.connect(server);
        String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + LOGIN
                + "\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static String scrape() throws IOException {
        try (Socket socket = ask(METRICS)) {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /**
     * What a reader got.
     *
     * @param ids of the frames
     * @param longest time between two of them
     */
    private record Frames(List<Long> ids, Duration longest) {}

    /** Reads frames until an end. */
    private static Frames read(Socket socket, long end) throws IOException {
        List<Long> ids = new ArrayList<>();
        long longest = 0;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            long last = System.nanoTime();
            String line = lines.readLine();
            assertEquals("HTTP/1.1 200 OK", line);
            while (System.nanoTime() < end && line != null) {
                if (line.startsWith("id: ")) {
                    ids.add(Long.parseLong(line.substring("id: ".length())));
                    longest = Math.max(longest, System.nanoTime() - last);
                    last = System.nanoTime();
                }
                line = lines.readLine();
            }
        }
        return new Frames(ids, Duration.ofNanos(longest));
    }

    /** Scrapes once a second until an end, and returns the durations in nanoseconds. */
    private static List<Long> scrapeUntil(long end) throws IOException, InterruptedException {
        List<Long> durations = new ArrayList<>();
        while (System.nanoTime() < end) {
            long begun = System.nanoTime();
            String answer = scrape();
            assertTrue(answer, answer.startsWith("HTTP/1.1 200 OK") && answer.contains("\nkarst_up 1.0\n"));
            durations.add(System.nanoTime() - begun);
            TimeUnit.SECONDS.sleep(1);
        }
        return durations;
    }

    /**
     * What everybody got.
     *
     * @param calls of the methods that read the kernel
     * @param seconds in which they were counted
     * @param frames of each page and each reader
     * @param longest time between two frames of a reader
     * @param unread ids of the frames that the client which did not read would have got
     * @param scrapes number of scrapes
     * @param median of their durations
     */
    private record Run(
            Map<String, Integer> calls,
            double seconds,
            List<Integer> frames,
            Duration longest,
            List<Long> unread,
            int scrapes,
            Duration median) {

        /** What is kept of maps over a restart is read separately, when maps have come or gone. */
        int readings() {
            return calls.getOrDefault("read", 0) - calls.getOrDefault("counted", 0);
        }
    }

    private static Run run(Duration time) throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (Chromium chromium = new Chromium();
                Socket neverReads = ask(LIVE)) {
            List<Page> pages = new ArrayList<>();
            for (int number = 0; number < BROWSERS; number++) {
                pages.add(open(chromium));
            }
            debugger.counted(); // what was before
            long begun = System.nanoTime();
            long end = begun + time.toNanos();
            pages.forEach(page -> page.evaluate("window.framesSeen = 0"));
            List<Future<Frames>> readers = submit(threads, READERS, () -> read(ask(LIVE), end));
            List<Future<List<Long>>> scrapers = submit(threads, SCRAPERS, () -> scrapeUntil(end));
            TimeUnit.NANOSECONDS.sleep(end - System.nanoTime());
            Map<String, Integer> calls = debugger.counted();
            double seconds = (System.nanoTime() - begun) / 1e9;
            List<Integer> frames = new ArrayList<>();
            for (Page page : pages) {
                frames.add(((Number) page.evaluate("framesSeen")).intValue());
            }
            Duration longest = Duration.ZERO;
            for (Future<Frames> reader : readers) {
                frames.add(reader.get().ids().size());
                longest = Collections.max(List.of(longest, reader.get().longest()));
            }
            List<Long> scrapes = new ArrayList<>();
            for (Future<List<Long>> scraper : scrapers) {
                scrapes.addAll(scraper.get());
            }
            Collections.sort(scrapes);
            Frames unread =
                    read(neverReads, System.nanoTime() + Duration.ofSeconds(3).toNanos());
            return new Run(
                    calls,
                    seconds,
                    frames,
                    longest,
                    unread.ids(),
                    scrapes.size(),
                    Duration.ofNanos(scrapes.get(scrapes.size() / 2)));
        } finally {
            threads.shutdownNow();
        }
    }

    private static <T> List<Future<T>> submit(ExecutorService threads, int times, Callable<T> task) {
        return Stream.generate(() -> threads.submit(task)).limit(times).toList();
    }

    private static Page open(Chromium chromium) {
        BrowserContext context = chromium.open("viewer", "of load", 1280, 900, ColorScheme.LIGHT);
        context.addInitScript(COUNT_FRAMES);
        Page page = context.newPage();
        page.navigate("http://127.0.0.1:" + server.getPort() + "/karst/");
        page.waitForSelector("output.live");
        return page;
    }

    /** Bytes of living objects, after a collection. */
    private static long heap() throws Exception {
        String histogram = RunningKaraf.output(
                Path.of("."),
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(karaf.pid()),
                "GC.class_histogram");
        Matcher total = Pattern.compile("(?m)^Total +\\d+ +(\\d+)").matcher(histogram);
        assertTrue(histogram, total.find());
        return Long.parseLong(total.group(1));
    }

    /** Threads and sockets of Karaf. A server's idle threads end one after another, a minute each. */
    private record Held(long threads, long sockets) {
        static Held now() throws IOException {
            Path process = Path.of("/proc", Long.toString(karaf.pid()));
            try (Stream<Path> threads = Files.list(process.resolve("task"));
                    Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
                return new Held(
                        threads.count(), descriptors.filter(Held::isSocket).count());
            }
        }

        private static boolean isSocket(Path descriptor) {
            try {
                return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
            } catch (IOException e) {
                return false; // it was closed meanwhile
            }
        }

        boolean isWithin(Held before) {
            return threads <= before.threads && sockets <= before.sockets;
        }
    }

    /** Waits until no more is held than before. */
    private static void settled(Held before) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Held now = Held.now();
        while (!now.isWithin(before)) {
            assertTrue(now + " instead of " + before, System.nanoTime() < deadline);
            TimeUnit.MILLISECONDS.sleep(500);
            now = Held.now();
        }
    }

    private static long lost() throws IOException {
        return Pattern.compile("(?m)^karst_lock_lost_events_total\\{.*} (.*)$")
                .matcher(scrape())
                .results()
                .mapToLong(found -> (long) Double.parseDouble(found.group(1)))
                .sum();
    }

    @Test
    public void nobodyWaitsForAnotherAndTheKernelIsReadOnceASecond() throws Exception {
        heap(); // the first look opens a socket for good
        long socketsAtFirst = Held.now().sockets();
        run(WARM_UP);
        settled(new Held(Long.MAX_VALUE, socketsAtFirst));
        long heapBefore = heap();
        Held heldBefore = Held.now();

        Run run = run(TIME);
        long growth = heap() - heapBefore;
        long lost = lost();
        Files.writeString(
                Path.of("target/faces-under-load"),
                run + "\nheap=" + heapBefore + " growth=" + growth + "\nlost=" + lost + "\n" + heldBefore + "\n");

        assertTrue("readings: " + run, run.readings() >= 50 && run.readings() <= run.seconds() + 1);
        assertTrue("frames: " + run, run.frames().stream().allMatch(each -> each >= 50));
        assertTrue("of the client that does not read: " + run, run.unread().size() < 50);
        assertTrue("scrapes: " + run, run.scrapes() >= 30 * SCRAPERS);
        assertEquals("lost events", 0, lost);
        assertTrue("heap grew by " + growth, growth < 8 * MIB);
        settled(heldBefore);
    }
}
