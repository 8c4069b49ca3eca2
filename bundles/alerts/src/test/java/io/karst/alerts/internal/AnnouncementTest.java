// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.alerts.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import io.karst.testing.HostileText;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class AnnouncementTest {
    private static final Instant FIRED = Instant.parse("2026-03-01T10:00:00Z");

    private static LockAlert alert(String map) {
        return new LockAlert(
                AlertRule.parse("hot: share > 1 % for 30 s").get(0),
                new MapKey(12, 0xffff_8881_0000_0000L),
                map,
                LockKind.HASH_BUCKET,
                0.032,
                true,
                FIRED,
                0);
    }

    @Test
    void saysWhatHappenedInFlatProperties() {
        Announcement fires = Announcement.of(AlertChange.firing(alert("flow_table"), FIRED), "host1");
        assertThat(fires.properties())
                .containsEntry("alert", "hot")
                .containsEntry("state", "FIRING")
                .containsEntry("host", "host1")
                .containsEntry("map", "flow_table")
                .containsEntry("mapId", 12)
                .containsEntry("kind", "hash_bucket")
                .containsEntry("measure", "share")
                .containsEntry("value", 0.032)
                .containsEntry("threshold", 0.01)
                .containsEntry("firedAt", "2026-03-01T10:00:00Z")
                .containsEntry(
                        "text",
                        "Alert hot is FIRING on host1: flow_table (id 12), hash bucket: 3.2 % of the CPU time lost"
                                + " waiting, threshold 1.0 % for 30.0 s");
        assertThat(fires.properties().values()).allMatch(value -> value instanceof String || value instanceof Number);
    }

    @Test
    void bothChangesOfOneAlertHaveTheSameId() {
        Announcement fires = Announcement.of(AlertChange.firing(alert("m"), FIRED), "host1");
        Announcement ends = Announcement.of(AlertChange.quiet(alert("m"), FIRED.plusSeconds(60)), "host1");
        assertThat(ends.properties())
                .containsEntry("uuid", fires.properties().get("uuid"))
                .containsEntry("state", "RESOLVED")
                .containsEntry("at", "2026-03-01T10:01:00Z")
                .containsEntry("reason", "not above the threshold any more");
    }

    @ParameterizedTest
    @FieldSource("io.karst.testing.HostileText#ALL")
    void hostileNamesAreHarmless(String name) {
        Announcement told = Announcement.of(AlertChange.firing(alert(name), FIRED), name);
        assertThat(told.properties().values()).allSatisfy(HostileText::assertHarmless);
        JsonObject json = JsonParser.parseString(told.json()).getAsJsonObject();
        HostileText.assertHarmless(json.get("map").getAsString());
        assertThat(json.keySet()).isEqualTo(told.properties().keySet());
    }

    /** Karaf's audit log of 4.4.10 fails with longer messages than 8 kB. */
    @Test
    void longNamesAreShortened() {
        Announcement told = Announcement.of(AlertChange.firing(alert("x".repeat(10_000)), FIRED), "h".repeat(10_000));
        assertThat(told.json()).hasSizeLessThan(2_000);
    }
}
