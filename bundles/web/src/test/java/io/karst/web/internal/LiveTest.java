// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.web.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.servlet.AsyncContext;
import javax.servlet.ServletOutputStream;
import javax.servlet.WriteListener;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LiveTest {
    private final AtomicInteger made = new AtomicInteger();
    private final AtomicLong seconds = new AtomicLong();
    private final List<Timer> timers = new ArrayList<>();
    private final Live live = new Live(
            () -> new Json().put("number", made.incrementAndGet()),
            () -> TimeUnit.SECONDS.toNanos(seconds.get()),
            () -> {
                timers.add(new Timer());
                return timers.get(timers.size() - 1);
            });

    /** Its time never comes: the test sends. */
    private static final class Timer extends ScheduledThreadPoolExecutor {
        Timer() {
            super(1);
        }

        @Override
        public ScheduledFuture<?> scheduleAtFixedRate(Runnable work, long first, long period, TimeUnit unit) {
            return super.scheduleAtFixedRate(work, 1, 1, TimeUnit.DAYS);
        }
    }

    @AfterEach
    void close() {
        live.close();
    }

    /** Accepts bytes only while it is ready; writing at another time fails the test. */
    private static final class Connection extends ServletOutputStream {
        final ByteArrayOutputStream sent = new ByteArrayOutputStream();
        final Map<String, String> headers = new HashMap<>();
        private @Nullable WriteListener listener;
        private int room;
        private boolean gone;
        private boolean asked;
        int completed;
        long timeout = -1;

        /** Takes so many writes and flushes. */
        synchronized void take(int operations) throws IOException {
            room += operations;
            if (asked) {
                asked = false;
                listener().onWritePossible();
            }
        }

        WriteListener listener() {
            return Objects.requireNonNull(listener);
        }

        @Override
        public synchronized boolean isReady() {
            asked |= room == 0;
            return room > 0;
        }

        @Override
        public synchronized void setWriteListener(WriteListener given) {
            listener = given;
            asked = true;
        }

        @Override
        public synchronized void write(byte[] bytes) throws IOException {
            use();
            sent.write(bytes);
        }

        @Override
        public synchronized void flush() throws IOException {
            use();
        }

        private void use() throws IOException {
            if (gone) {
                throw new IOException("Broken pipe");
            }
            assertThat(room).as("written only when it is ready").isPositive();
            room--;
        }

        @Override
        public void write(int b) {
            throw new AssertionError("not to be called");
        }

        List<String> data() {
            return sent.toString(StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith("data: "))
                    .map(line -> line.substring(6))
                    .toList();
        }
    }

    private interface Call {
        @Nullable
        Object answer(String method, Object[] arguments);
    }

    private static <T> T fake(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> switch (method.getName()) {
                    case "hashCode" -> System.identityHashCode(self);
                    case "equals" -> self == args[0];
                    default -> call.answer(method.getName(), args);
                }));
    }

    private boolean open(Connection connection) throws IOException {
        AsyncContext context = fake(AsyncContext.class, (name, arguments) -> {
            if (name.equals("complete")) {
                connection.completed++;
            } else if (name.equals("setTimeout")) {
                connection.timeout = (Long) arguments[0];
            }
            return null;
        });
        HttpServletRequest request = fake(HttpServletRequest.class, (name, arguments) -> context);
        HttpServletResponse response = fake(HttpServletResponse.class, (name, arguments) -> {
            if (name.equals("getOutputStream")) {
                return connection;
            }
            connection.headers.put(name + arguments.length, arguments[arguments.length - 1].toString());
            return null;
        });
        return live.add(request, response);
    }

    private Connection connected() throws IOException {
        Connection connection = new Connection();
        assertThat(open(connection)).isTrue();
        return connection;
    }

    @Test
    void aFrameIsAnEventWithAnIdAndOneLineOfData() throws Exception {
        Connection connection = connected();
        connection.take(1000);
        live.send();
        live.send();
        assertThat(connection.sent.toString(StandardCharsets.UTF_8)).isEqualTo("""
                        retry: 2000
                        id: 1
                        event: now
                        data: {"number":1}

                        retry: 2000
                        id: 2
                        event: now
                        data: {"number":2}

                        """);
        assertThat(connection.headers).containsEntry("setContentType1", "text/event-stream;charset=UTF-8");
        assertThat(connection.timeout).isZero();
    }

    @Test
    void whoDoesNotReadGetsTheNewestFrameAndHoldsUpNobody() throws Exception {
        Connection slow = connected();
        Connection quick = connected();
        quick.take(100_000);
        slow.take(2);
        live.send();
        for (int i = 0; i < 50; i++) {
            live.send();
        }
        assertThat(quick.data()).hasSize(51);
        assertThat(slow.data()).hasSize(1);
        slow.take(2);
        assertThat(slow.data()).containsExactly("{\"number\":1}", "{\"number\":51}");
    }

    @Test
    void allGetTheBytesOfOneFrame() throws Exception {
        List<Connection> connections = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Connection connection = connected();
            connection.take(100_000);
            connections.add(connection);
        }
        live.send();
        assertThat(made).hasValue(1);
        assertThat(connections)
                .allSatisfy(connection -> assertThat(connection.data()).containsExactly("{\"number\":1}"));
    }

    @Test
    void aBrowserThatIsGoneIsForgotten() throws Exception {
        Connection connection = connected();
        connection.gone = true;
        connection.take(1);
        live.send();
        assertThat(live.size()).isZero();
        assertThat(connection.completed).isEqualTo(1);
    }

    @Test
    void anErrorEndsAStreamOnce() throws Exception {
        Connection connection = connected();
        connection.listener().onError(new IOException("Idle timeout expired"));
        connection.listener().onError(new IOException("again"));
        assertThat(live.size()).isZero();
        assertThat(connection.completed).isEqualTo(1);
    }

    @Test
    void aStreamEndsAfterTenMinutes() throws Exception {
        Connection connection = connected();
        seconds.addAndGet(600);
        live.send();
        assertThat(live.size()).isEqualTo(1);
        seconds.addAndGet(1);
        live.send();
        assertThat(live.size()).isZero();
        assertThat(connection.completed).isEqualTo(1);
    }

    @Test
    void streamsAreLimited() throws Exception {
        for (int i = 0; i < Live.MAX_STREAMS; i++) {
            connected();
        }
        assertThat(open(new Connection())).isFalse();
    }

    @Test
    void closingEndsAllStreamsAndTheThread() throws Exception {
        Connection connection = connected();
        live.close();
        live.close();
        assertThat(connection.completed).isEqualTo(1);
        assertThat(open(new Connection())).isFalse();
        assertThat(timers).hasSize(1).allMatch(Timer::isTerminated);
    }

    @Test
    void withoutStreamsNothingIsRead() throws Exception {
        Connection connection = connected();
        connection.listener().onError(new IOException("gone"));
        live.send();
        int before = made.get();
        live.send();
        live.send();
        assertThat(made).hasValue(before);
        assertThat(timers).hasSize(1).allMatch(Timer::isShutdown);
        connected().take(100);
        live.send();
        assertThat(made).hasValue(before + 1);
        assertThat(timers).hasSize(2);
    }
}
