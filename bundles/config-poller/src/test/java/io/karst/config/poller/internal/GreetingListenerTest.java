// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.config.ApplyOutcome;
import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.config.ConfigChange;
import io.karst.config.ConfigChange.Kind;
import io.karst.config.RemoteConfig;
import io.karst.config.poller.internal.ListenerDispatcher.ListenerWorker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The example of the documentation, at work. */
class GreetingListenerTest {

    private final List<RemoteConfig> current = new CopyOnWriteArrayList<>();
    private final BlockingQueue<ApplyOutcome> outcomes = new LinkedBlockingQueue<>();
    private final GreetingListener listener = new GreetingListener();

    private ApplyState offer(ListenerWorker worker, long version, String content) throws InterruptedException {
        RemoteConfig config = new RemoteConfig(
                "employee/EXAMPLE_GREETING/g/config",
                "EXAMPLE_GREETING",
                "g",
                version,
                "d" + version,
                content.getBytes(StandardCharsets.UTF_8));
        current.add(config);
        current.removeIf(other -> !other.sameAs(config));
        worker.offer(new ConfigChange(Kind.UPDATED, config));
        ApplyOutcome applying = outcomes.poll(10, TimeUnit.SECONDS);
        ApplyOutcome outcome = outcomes.poll(10, TimeUnit.SECONDS);
        if (applying == null || outcome == null) {
            throw new AssertionError("no outcome");
        }
        return outcome.state();
    }

    @Test
    void appliesAndRefuses() throws InterruptedException {
        try (ListenerWorker worker = new ListenerWorker(listener, 1, product -> current, outcomes::add)) {
            assertThat(offer(worker, 1, "Moin")).isEqualTo(ApplyState.ACKNOWLEDGED);
            assertThat(listener.greeting()).isEqualTo("Moin");
            assertThat(offer(worker, 2, "")).isEqualTo(ApplyState.ERROR);
            assertThat(listener.greeting()).isEqualTo("Moin");
        }
    }

    @Test
    void isTheOneInTheDocumentation() throws IOException {
        Path here = Path.of("").toAbsolutePath();
        Path docs = here.resolve("../../docs/write-a-listener.md").normalize();
        Path source = here.resolve("src/test/java/io/karst/config/poller/internal/GreetingListener.java");
        String code = Files.readString(source);
        String shown = code.substring(code.indexOf("// docs: begin") + 15, code.indexOf("    // docs: end"))
                .strip();
        assertThat(Files.readString(docs)).contains(shown);
    }
}
