// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.contention.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.config.ConfigChange;
import io.karst.config.ConfigChange.Kind;
import io.karst.config.ConfigRefusedException;
import io.karst.config.RemoteConfig;
import io.karst.contention.LockContention;
import io.karst.contention.TracingControl;
import io.karst.contention.TracingSettings;
import io.karst.testing.UnreadContention;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ContentionListenerTest {

    private final List<String> did = new ArrayList<>();
    private final AtomicInteger woken = new AtomicInteger();
    private boolean refusing;

    private final TracingControl control = new TracingControl() {
        @Override
        public void apply(TracingSettings settings) {
            if (refusing) {
                throw new IllegalStateException("the scan failed");
            }
            did.add("rescan " + settings.rescanInterval().toMillis());
        }

        @Override
        public void reset() {
            did.add("reset");
        }
    };

    private final LockContention contention = new UnreadContention();

    private final ContentionListener listener = new ContentionListener(control, contention, woken::incrementAndGet);

    private static ConfigChange change(Kind kind, String id, String json) {
        return new ConfigChange(
                kind,
                new RemoteConfig(
                        "employee/KARST_CONTENTION/" + id + "/config",
                        "KARST_CONTENTION",
                        id,
                        1,
                        "00",
                        json.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aFileIsAppliedAndItsRemovalGivesTheOperatorsSettingsBack() throws ConfigRefusedException {
        listener.apply(change(Kind.UPDATED, "a", "{\"rescanIntervalMillis\": 700}"));
        listener.apply(change(Kind.REMOVED, "a", ""));
        assertThat(did).containsExactly("rescan 700", "reset");
        assertThat(woken).hasValue(2);
    }

    @Test
    void aRefusedFileLeavesTheFormerOneInForce() throws ConfigRefusedException {
        listener.apply(change(Kind.UPDATED, "a", "{\"rescanIntervalMillis\": 700}"));
        assertThatThrownBy(() -> listener.apply(change(Kind.UPDATED, "a", "{\"rescanIntervalMillis\": 1}")))
                .isInstanceOf(ConfigRefusedException.class);
        assertThat(did).containsExactly("rescan 700");
    }

    @Test
    void theReasonOfAFailedScanGoesBack() {
        refusing = true;
        assertThatThrownBy(() -> listener.apply(change(Kind.UPDATED, "a", "{}")))
                .isInstanceOf(ConfigRefusedException.class)
                .hasMessageContaining("the scan failed");
    }

    @Test
    void ofSeveralFilesTheFirstPathCounts() throws ConfigRefusedException {
        listener.apply(change(Kind.UPDATED, "b", "{\"rescanIntervalMillis\": 200}"));
        listener.apply(change(Kind.UPDATED, "a", "{\"rescanIntervalMillis\": 100}"));
        listener.apply(change(Kind.UPDATED, "c", "{\"rescanIntervalMillis\": 300}"));
        assertThat(did).containsExactly("rescan 200", "rescan 100");
    }

    @Test
    void looksAtItsIntervalOnlyWhenThereIsAThreshold() throws ConfigRefusedException {
        assertThat(listener.interval()).isEqualTo(Duration.ofSeconds(60));
        listener.apply(change(Kind.UPDATED, "a", "{\"pollIntervalMillis\": 200, \"maxWaitShare\": 0.1}"));
        assertThat(listener.interval()).isEqualTo(Duration.ofMillis(200));
    }
}
