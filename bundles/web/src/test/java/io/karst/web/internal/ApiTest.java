// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.web.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.karst.component.SafeText;
import io.karst.contention.ContentionSnapshot;
import io.karst.stage.StageState;
import io.karst.testing.HostileText;
import io.karst.testing.UnreadContention;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiTest {
    private static final List<String> DOCUMENTS =
            List.of("now", "history", "maps", "maps/1", "flow", "doctor", "configuration", "clients");

    private final OpenApi openApi;

    ApiTest() throws IOException {
        openApi = new OpenApi();
    }

    private static Api api(Sources sources) {
        return new Api(sources, Clock.fixed(Host.NOW.plusSeconds(60), ZoneOffset.UTC), new Present(() -> 2));
    }

    private static Api api() {
        return api(new Host("map1").sources());
    }

    private static JsonObject json(Answer answer) {
        return JsonParser.parseString(text(answer)).getAsJsonObject();
    }

    private static String text(Answer answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private static String described(String path) {
        return path.startsWith("maps/") ? "/maps/{id}" : "/" + path;
    }

    @Test
    void everyAnswerIsAsItIsDescribed() throws Exception {
        Api api = api();
        for (String path : DOCUMENTS) {
            Answer answer = api.answer(path, Map.of());
            assertThat(answer.status()).as(path).isEqualTo(200);
            openApi.check(described(path), 200, answer.body());
        }
        assertThat(DOCUMENTS.stream().map(ApiTest::described))
                .hasSize(openApi.paths().size() - 1);
        assertThat(openApi.paths())
                .containsAll(DOCUMENTS.stream().map(ApiTest::described).toList());
    }

    @Test
    void aMissingServiceIsAStateAndSaysWhatIsMissing() throws Exception {
        Sources sources = new Sources();
        Api api = api(sources);
        for (String path : DOCUMENTS) {
            Answer answer = api.answer(path, Map.of());
            assertThat(answer.status()).as(path).isEqualTo(200);
            openApi.check(described(path), 200, answer.body());
        }
        assertThat(json(api.answer("now", Map.of())).get("reason").getAsString())
                .isEqualTo("Bundle io.karst.contention is not started");
        assertThat(json(api.answer("configuration", Map.of())).get("reason").getAsString())
                .contains("feature:install karst-config");
        assertThat(json(api.answer("flow", Map.of())).get("ready").getAsBoolean())
                .isFalse();

        sources.flow = List.of(new Host("no BTF")::stages);
        assertThat(json(api.answer("now", Map.of())).get("reason").getAsString())
                .isEqualTo("Stage kernel-symbols failed: no BTF");
        sources.flow = List.of(
                () -> List.of(Host.stage(1, "initialize", StageState.WAITING, List.of("libbpf"), Optional.empty())));
        assertThat(json(api.answer("now", Map.of())).get("reason").getAsString())
                .isEqualTo("Stage initialize is not ready: waiting for libbpf");
        assertThat(json(api.answer("maps", Map.of())).get("reason").getAsString())
                .isEqualTo("Stage initialize is not ready: waiting for libbpf");
    }

    @Test
    void nowHasTheSentenceAndTheHottestLockFirst() throws Exception {
        JsonObject now = json(api().answer("now", Map.of()));
        assertThat(now.get("summary").getAsString())
                .startsWith("map1 (hash, hash bucket 17) is the only hot lock: 400 waits in 1 s, 1.6 % of both CPUs.");
        assertThat(now.get("advice").getAsString()).startsWith("Elements of the same bucket are written again");
        JsonObject lock = now.getAsJsonArray("locks").get(0).getAsJsonObject();
        assertThat(lock.get("mapId").getAsInt()).isEqualTo(1);
        assertThat(lock.get("kind").getAsString()).isEqualTo("HASH_BUCKET");
        assertThat(lock.get("hot").getAsBoolean()).isTrue();
        assertThat(lock.get("nowPerSecond").getAsDouble()).isEqualTo(400);
        assertThat(lock.get("nowWaiting").getAsDouble()).isEqualTo(0.03106);
        assertThat(lock.get("gone").getAsBoolean()).isFalse();
        JsonArray locks = now.getAsJsonArray("locks");
        assertThat(locks.asList().stream()
                        .map(each -> each.getAsJsonObject())
                        .filter(each -> each.get("gone").getAsBoolean())
                        .map(each -> each.get("mapId").getAsInt()))
                .containsExactly(99);
        assertThat(now.getAsJsonObject("lost").get("nesting").getAsInt()).isEqualTo(3);
    }

    @Test
    void theHistorySumsTheRange() throws Exception {
        JsonObject history = json(api().answer("history", Map.of()));
        assertThat(history.getAsJsonArray("steps")).hasSize(3);
        assertThat(history.get("seconds").getAsDouble()).isEqualTo(3);
        JsonObject lock = history.getAsJsonArray("locks").get(0).getAsJsonObject();
        assertThat(lock.get("count").getAsLong()).isEqualTo(3 * 400);
        assertThat(lock.get("perSecond").getAsDouble()).isEqualTo(400);
        assertThat(lock.getAsJsonArray("histogram").get(12).getAsLong()).isEqualTo(3 * 200);
        JsonArray waiting =
                history.getAsJsonArray("series").get(0).getAsJsonObject().getAsJsonArray("waiting");
        assertThat(waiting).hasSize(3);
        assertThat(waiting.get(0).getAsDouble()).isEqualTo(0.03106);
        assertThat(history.getAsJsonArray("steps")
                        .get(0)
                        .getAsJsonObject()
                        .get("waiting")
                        .getAsDouble())
                .isEqualTo(0.03106);
    }

    @Test
    void aRangeAndAMapSelect() throws Exception {
        Api api = api();
        JsonObject part = json(api.answer(
                "history",
                Map.of(
                        "from",
                        Host.NOW.plusMillis(1001).toString(),
                        "to",
                        Host.NOW.plusSeconds(2).toString())));
        assertThat(part.getAsJsonArray("steps")).hasSize(1);
        assertThat(part.get("from").getAsString())
                .isEqualTo(Host.NOW.plusSeconds(1).toString());
        JsonObject other = json(api.answer("history", Map.of("map", "77")));
        assertThat(other.getAsJsonArray("locks")).isEmpty();
        assertThat(other.getAsJsonArray("steps")).hasSize(3);
        assertThat(other.getAsJsonArray("steps")
                        .get(0)
                        .getAsJsonObject()
                        .get("waits")
                        .getAsInt())
                .isZero();
    }

    @Test
    void aMapHasItsSingleLocksAndTheRest() throws Exception {
        Api api = api();
        Answer answer = api.answer("history", Map.of("map", "1"));
        openApi.check("/history", 200, answer.body());
        JsonArray single = json(answer).getAsJsonArray("single");
        assertThat(single).hasSize(2);
        JsonObject bucket = single.get(0).getAsJsonObject();
        assertThat(bucket.get("kind").getAsString()).isEqualTo("HASH_BUCKET");
        assertThat(bucket.get("index").getAsInt()).isEqualTo(17);
        assertThat(bucket.get("count").getAsInt()).isEqualTo(3 * 300);
        assertThat(bucket.getAsJsonArray("waiting")).hasSize(3);
        assertThat(bucket.getAsJsonArray("waiting").get(0).getAsDouble()).isEqualTo(0.003);
        JsonObject rest = single.get(1).getAsJsonObject();
        assertThat(rest.get("index").isJsonNull()).isTrue();
        assertThat(rest.get("count").getAsInt()).isEqualTo(3 * 100);
        assertThat(rest.getAsJsonArray("waiting").get(0).getAsDouble()).isEqualTo(0.02806);
        assertThat(json(api.answer("history", Map.of("map", "2"))).getAsJsonArray("single"))
                .isEmpty();
        assertThat(json(api.answer("history", Map.of())).getAsJsonArray("single"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "history, from, yesterday, from=yesterday is not a time such as 2026-11-29T12:00:00Z",
        "history, to, '', to= is not a time such as 2026-11-29T12:00:00Z",
        "history, from, 2027-01-01T00:00:00Z, from=2027-01-01T00:00:00Z is not before to=2026-11-29T12:01:00Z",
        "history, map, x, map=x is not the id of a map",
        "history, map, 12345678901, map=12345678901 is not the id of a map",
        "now, format, xml, format=xml is neither json nor csv"
    })
    void aWrongQuestionIsToldWhatIsAllowed(String path, String name, String value, String message) throws Exception {
        Answer answer = api().answer(path, Map.of(name, value));
        assertThat(answer.status()).isEqualTo(400);
        openApi.check("/" + path, 400, answer.body());
        assertThat(json(answer).get("error").getAsString()).isEqualTo(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nothing", "maps/", "maps/3", "maps/x", "maps/99999999999", "../now", "now/"})
    void whatIsNotThereIsNotFound(String path) throws Exception {
        assertThat(api().answer(path, Map.of()).status()).isEqualTo(404);
    }

    @Test
    void aFileIsSavedUnderItsName() throws Exception {
        Api api = api();
        Answer json = api.answer("now", Map.of("format", "json"));
        assertThat(json.headers()).containsEntry("Content-Disposition", "attachment; filename=\"karst-locks.json\"");
        openApi.check("/now", 200, json.body());
        Answer csv = api.answer("now", Map.of("format", "csv"));
        assertThat(csv.contentType()).isEqualTo("text/csv;charset=UTF-8");
        assertThat(csv.headers()).containsEntry("Content-Disposition", "attachment; filename=\"karst-locks.csv\"");
        List<String> lines = text(csv).lines().toList();
        assertThat(lines.get(0)).startsWith("mapId,map,type,kind,nowPerSecond,");
        assertThat(lines.get(1)).startsWith("1,map1,hash,HASH_BUCKET,");
        assertThat(lines).hasSize(4);
    }

    @Test
    void eachDocumentHasATable() throws Exception {
        Api api = api();
        for (String path : DOCUMENTS) {
            List<String> lines =
                    text(api.answer(path, Map.of("format", "csv"))).lines().toList();
            assertThat(lines).as(path).hasSizeGreaterThan(1);
            assertThat(lines.get(0).split(",")).as(path).hasSizeGreaterThan(4);
        }
        for (String path : DOCUMENTS) {
            assertThat(text(api(new Sources()).answer(path, Map.of("format", "csv")))
                            .lines())
                    .as(path + " without services")
                    .hasSize(1);
        }
    }

    /** What others may be called: none of it may end a text, a line or a cell, reach a terminal, or compute. */
    @ParameterizedTest
    @FieldSource("io.karst.testing.HostileText#ALL")
    void hostileTextIsHarmless(String name) throws Exception {
        Api api = api(new Host(name).sources());
        for (String path : DOCUMENTS) {
            Answer answer = api.answer(path, Map.of());
            openApi.check(described(path), 200, answer.body());
            HostileText.assertHarmless(text(answer));
            String table = text(api.answer(path, Map.of("format", "csv")));
            HostileText.assertHarmless(table.replace("\r\n", ""));
            table.lines()
                    .skip(1)
                    .forEach(line -> HostileText.csvCells(line)
                            .forEach(cell -> assertThat(cell.stripLeading())
                                    .as(path + ": " + line)
                                    .matches(text -> text.isEmpty()
                                            || "=+-@\uff1d".indexOf(text.charAt(0)) < 0
                                            || text.matches("-?[0-9.]+"))));
        }
        JsonObject map =
                json(api.answer("maps", Map.of())).getAsJsonArray("maps").get(0).getAsJsonObject();
        assertThat(map.get("name").getAsString()).isEqualTo(SafeText.of(name));
    }

    /** Probes make system calls. */
    @Test
    void checksRunOnceInTenSeconds() throws Exception {
        Sources sources = new Sources();
        AtomicInteger runs = new AtomicInteger();
        sources.probes = List.of(() -> {
            runs.incrementAndGet();
            return List.of();
        });
        Api api = api(sources);
        api.answer("doctor", Map.of());
        api.answer("doctor", Map.of());
        assertThat(runs).hasValue(1);
    }

    @Test
    void aProbeThatFailsHidesNoOther() throws Exception {
        JsonObject doctor = json(api().answer("doctor", Map.of()));
        assertThat(doctor.get("passed").getAsInt()).isEqualTo(1);
        assertThat(doctor.get("failed").getAsInt()).isEqualTo(1);
        assertThat(doctor.get("notKnown").getAsInt()).isEqualTo(1);
    }

    @Test
    void aServiceThatStopsMeanwhileIsUnavailable() throws Exception {
        Sources sources = new Host("map1").sources();
        sources.contention = List.of(new StoppedContention());
        assertThat(json(api(sources).answer("now", Map.of())).get("available").getAsBoolean())
                .isFalse();
    }

    /** Its bundle is being stopped. */
    private static final class StoppedContention extends UnreadContention {
        @Override
        public ContentionSnapshot latest() {
            throw new IllegalStateException("closed");
        }
    }
}
