// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.alerts.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.karst.alerts.internal.AlertStatus.State;
import io.karst.commands.Columns;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** What people and scripts see of alerts. */
class AlertsCommandTest {
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final AlertRule RULE =
            AlertRule.parse("hot: share > 1 % for 30 s map flow_*").get(0);
    private static final Columns<AlertStatus> COLUMNS = AlertsCommand.columns(Clock.fixed(NOW, ZoneOffset.UTC));

    private static AlertStatus status(State state, Optional<LockAlert> lock, OptionalDouble value, String why) {
        return new AlertStatus(RULE, state, NOW.minusSeconds(60), lock, value, why, 0);
    }

    private static LockAlert lock(String map) {
        return new LockAlert(RULE, new MapKey(12, 0), map, LockKind.HASH_BUCKET, 0.032, true, NOW.minusSeconds(90), 0);
    }

    @Test
    void aLockThatAnAlertFiresOn() {
        AlertStatus fires = status(State.FIRING, Optional.of(lock("flow_table")), OptionalDouble.of(0.032), "");
        assertThat(COLUMNS.lines(List.of(fires), 0).get(1))
                .containsPattern("hot +firing +09:59:00 +flow_table +12 +hash bucket +3.2 % +1.0 % +30.0 s +flow_\\*");
        JsonObject json = COLUMNS.json(fires);
        assertThat(json.get("state").getAsString()).isEqualTo("FIRING");
        assertThat(json.get("firedAt").getAsString()).isEqualTo("2026-03-01T09:58:30Z");
        assertThat(json.get("kind").getAsString()).isEqualTo("HASH_BUCKET");
        assertThat(json.get("value").getAsDouble()).isEqualTo(0.032);
        assertThat(json.get("threshold").getAsDouble()).isEqualTo(0.01);
        assertThat(json.get("forMillis").getAsLong()).isEqualTo(30_000);
        assertThat(json.get("mapPattern").getAsString()).isEqualTo("flow_*");
        assertThat(json.get("kindPattern").getAsString()).isEqualTo("*");
    }

    @Test
    void anAlertWithoutALockAndOneThatIsNotKnown() {
        JsonObject idle = COLUMNS.json(status(State.INACTIVE, Optional.empty(), OptionalDouble.of(0.002), ""));
        assertThat(idle.get("map").isJsonNull()).isTrue();
        assertThat(idle.get("firedAt").isJsonNull()).isTrue();
        assertThat(idle.get("value").getAsDouble()).isEqualTo(0.002);
        JsonObject blind = COLUMNS.json(
                status(State.NOT_KNOWN, Optional.of(lock("flow_table")), OptionalDouble.empty(), "no tracer"));
        assertThat(blind.get("value").isJsonNull()).isTrue();
        assertThat(blind.get("why").getAsString()).isEqualTo("no tracer");
        assertThat(blind.get("firedAt").isJsonNull()).isFalse();
    }

    @Test
    void aHostileNameMovesNoCursor() {
        AlertStatus fires = status(State.FIRING, Optional.of(lock("\u001b[2Jx\n")), OptionalDouble.of(1), "");
        assertThat(COLUMNS.lines(List.of(fires), 0)).hasSize(2).noneMatch(line -> line.contains("\u001b"));
    }
}
