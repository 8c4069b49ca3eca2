// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.contention.internal;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import io.karst.config.ConfigChange;
import io.karst.config.ConfigListener;
import io.karst.config.ConfigRefusedException;
import io.karst.contention.LockContention;
import io.karst.contention.TracingControl;
import io.karst.contention.TracingSettings;
import io.karst.poll.PollLoop;
import io.karst.poll.PollTask;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Applies {@code KARST_CONTENTION}: which maps are traced, the polling interval, and the threshold above which contention is logged. If
 * there are several files, the one whose path sorts first counts; without any, the operator's settings in {@code etc/} apply.
 */
@Component(
        name = "io.karst.listener-contention",
        immediate = true,
        service = {ConfigListener.class, PollTask.class})
public final class ContentionListener implements ConfigListener, PollTask {

    static final Set<String> PRODUCTS = Set.of("KARST_CONTENTION");

    private static final String NAME = "contention-watch";

    /** Interval without a threshold, when there is nothing to check. */
    private static final Duration IDLE = Duration.ofSeconds(60);

    private final TracingControl control;
    private final WaitWatch watch;
    private final Runnable wake;
    private final Map<String, Wanted> wanted = new TreeMap<>();

    /** Nothing is changed until a file comes. */
    @Activate
    public ContentionListener(
            @Reference(name = "tracingControl") TracingControl control,
            @Reference(name = "lockContention") LockContention contention,
            @Reference(name = "pollLoop") PollLoop loop) {
        this(control, contention, () -> loop.soon(NAME));
    }

    ContentionListener(TracingControl control, LockContention contention, Runnable wake) {
        this.control = control;
        this.wake = wake;
        watch = new WaitWatch(contention);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Set<String> products() {
        return PRODUCTS;
    }

    @Override
    public Duration deadline() {
        return Duration.ofSeconds(30);
    }

    @Override
    public synchronized void apply(ConfigChange change) throws ConfigRefusedException {
        Map<String, Wanted> next = new TreeMap<>(wanted);
        if (change.kind() == ConfigChange.Kind.REMOVED) {
            next.remove(change.config().path());
        } else {
            next.put(change.config().path(), Wanted.parse(change.config().content()));
        }
        Optional<Wanted> before = first(wanted);
        Optional<Wanted> after = first(next);
        if (!before.equals(after)) {
            try {
                if (after.isPresent()) {
                    control.apply(after.get().tracing());
                } else {
                    control.reset();
                }
            } catch (IllegalStateException e) {
                throw new ConfigRefusedException("tracing stays as it was: " + e.getMessage(), e);
            }
        }
        wanted.clear();
        wanted.putAll(next);
        wake.run();
    }

    private static Optional<Wanted> first(Map<String, Wanted> byPath) {
        return byPath.values().stream().findFirst();
    }

    @Override
    public synchronized Duration interval() {
        return first(wanted)
                .filter(settings -> settings.maxWaitShare().isPresent())
                .map(Wanted::pollInterval)
                .orElse(IDLE);
    }

    @Override
    public void poll() {
        Optional<Double> share;
        synchronized (this) {
            share = first(wanted).flatMap(Wanted::maxWaitShare);
        }
        watch.look(share);
    }

    /** Restores the operator's settings. */
    @Deactivate
    public synchronized void close() {
        if (!wanted.isEmpty()) {
            wanted.clear();
            control.reset();
        }
    }

    /**
     * A parsed and checked {@code KARST_CONTENTION} file. Every key is optional. Unknown keys, duplicate keys and values out of
     * range are refused, so that a typing error is never silently ignored.
     *
     * @param tracing what is traced
     * @param pollInterval interval between two readings of the counters
     * @param maxWaitShare threshold for the log: waiting time of all CPUs on one map's locks of one kind, divided by elapsed
     *     time, 0 to 1024; empty for no log
     */
    record Wanted(TracingSettings tracing, Duration pollInterval, Optional<Double> maxWaitShare) {

        private static final int MAX_BYTES = 64 * 1024;
        private static final int MAX_PATTERNS = 1000;
        private static final long SHORTEST_MILLIS = 100;
        private static final long LONGEST_MILLIS = 3_600_000;
        private static final double MOST_SHARE = 1024;
        private static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(5);

        /** Values while reading. */
        private static final class Draft {
            private List<String> track = List.of("*");
            private Duration rescan = DEFAULT_INTERVAL;
            private Duration poll = DEFAULT_INTERVAL;
            private Optional<Double> share = Optional.empty();
        }

        static Wanted parse(byte[] content) throws ConfigRefusedException {
            if (content.length > MAX_BYTES) {
                throw new ConfigRefusedException("the file has " + content.length + " bytes, more than " + MAX_BYTES);
            }
            try (JsonReader in = new JsonReader(new StringReader(utf8(content)))) {
                in.setStrictness(Strictness.STRICT);
                Draft draft = new Draft();
                Set<String> seen = new HashSet<>();
                in.beginObject();
                while (in.hasNext()) {
                    String key = in.nextName();
                    if (!seen.add(key)) {
                        throw new ConfigRefusedException("key \"" + key + "\" comes twice");
                    }
                    read(key, in, draft);
                }
                in.endObject();
                if (in.peek() != JsonToken.END_DOCUMENT) {
                    throw new ConfigRefusedException("something follows the JSON object");
                }
                return new Wanted(new TracingSettings(draft.track, draft.rescan), draft.poll, draft.share);
            } catch (MalformedJsonException | IllegalStateException | NumberFormatException e) {
                throw new ConfigRefusedException("not the JSON expected: " + e.getMessage(), e);
            } catch (IOException e) {
                throw new ConfigRefusedException("not JSON: " + e.getMessage(), e);
            }
        }

        private static String utf8(byte[] content) throws CharacterCodingException {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
        }

        private static void read(String key, JsonReader in, Draft draft) throws IOException, ConfigRefusedException {
            switch (key) {
                case "track" -> draft.track = track(in);
                case "rescanIntervalMillis" -> draft.rescan = interval(key, in);
                case "pollIntervalMillis" -> draft.poll = interval(key, in);
                case "maxWaitShare" -> draft.share = Optional.of(share(in));
                default ->
                    throw new ConfigRefusedException("unknown key \"" + key
                            + "\"; known: track, rescanIntervalMillis, pollIntervalMillis, maxWaitShare");
            }
        }

        /** {@code "all"}, or a list of name patterns. */
        private static List<String> track(JsonReader in) throws IOException, ConfigRefusedException {
            if (in.peek() == JsonToken.STRING) {
                String word = in.nextString();
                if (!word.equals("all")) {
                    throw new ConfigRefusedException(
                            "track=\"" + word + "\" is neither \"all\" nor a list of map names");
                }
                return List.of("*");
            }
            List<String> names = new ArrayList<>();
            in.beginArray();
            while (in.hasNext()) {
                names.add(in.nextString());
            }
            in.endArray();
            if (names.isEmpty() || names.size() > MAX_PATTERNS || names.contains("")) {
                throw new ConfigRefusedException(
                        "track has " + names.size() + " names; allowed are 1 to " + MAX_PATTERNS + ", none empty");
            }
            return names;
        }

        private static Duration interval(String key, JsonReader in) throws IOException, ConfigRefusedException {
            long millis = in.nextLong();
            if (millis < SHORTEST_MILLIS || millis > LONGEST_MILLIS) {
                throw new ConfigRefusedException(
                        key + "=" + millis + " is outside " + SHORTEST_MILLIS + ".." + LONGEST_MILLIS);
            }
            return Duration.ofMillis(millis);
        }

        private static double share(JsonReader in) throws IOException, ConfigRefusedException {
            double share = in.nextDouble();
            if (!(share > 0 && share <= MOST_SHARE)) {
                throw new ConfigRefusedException("maxWaitShare=" + share + " is outside 0..1024, 0 excluded");
            }
            return share;
        }
    }
}
