// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every vector that comes with the sources, and every one in the folder beside the sources if that is there. */
class VectorsTest {

    private static final Path BESIDE = Path.of("../../../shared/data/remote-config");
    private static final int CANONICAL = 22;
    private static final int SIGNATURES = 635;
    private static final int TRANSCRIPTS = 73;
    private static final int RESPONSES = 3;
    private static final int REPLAYS = 2;
    private static final int ROOTS = 6;

    @TestFactory
    Stream<DynamicTest> everyVectorHolds() throws URISyntaxException {
        List<VectorCase> cases = VectorRunner.cases(bundled());
        assertThat(cases).hasSize(CANONICAL + SIGNATURES + TRANSCRIPTS + RESPONSES + REPLAYS + ROOTS);
        return tests(cases);
    }

    @TestFactory
    Stream<DynamicTest> everyVectorBesideTheSourcesHolds() throws URISyntaxException {
        return tests(VectorRunner.cases(Files.isDirectory(BESIDE) ? BESIDE : bundled()));
    }

    @Test
    void saysHowManyPassedAndFailed(@TempDir Path folder) throws IOException {
        Path vectors = Files.createDirectory(folder.resolve("mine"));
        Files.writeString(vectors.resolve("case.json"), "{\"kind\": \"canonical-json\", \"file\": \"v.json\"}");
        Files.writeString(
                vectors.resolve("v.json"),
                "{\"accept\": [{\"input_json\": \"[ ]\", \"expected\": \"[]\"},"
                        + " {\"input_json\": \"{}\", \"expected\": \"{ }\"}], \"reject\": [{\"input_json\": \"1.0\"}]}");

        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int status =
                VectorRunner.run(new String[] {folder.toString()}, new PrintStream(out, true, StandardCharsets.UTF_8));

        assertThat(status).isEqualTo(1);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("FAILED mine/case.json accept 1: canonical form: expected { }, found {}")
                .endsWith("2 passed, 1 failed" + System.lineSeparator());
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"kind\": \"moon-phases\"} | unknown kind of case: moon-phases",
                "{\"kind\": \"state-machine\", \"replay\": []} | it holds no case",
                "{\"kind\": \"canonical-json\", \"file\": \"none.json\"} | none.json",
                "{\"kind\": \"canonical-json\"} | no field file",
                "{\"kind\": | StringIndexOutOfBounds",
                "[] | no field kind",
            })
    void aCollectionThatCannotBeReadIsOneFailedCase(String json, String reason, @TempDir Path folder)
            throws IOException {
        Files.writeString(folder.resolve("case.json"), json);
        assertThat(onlyFailure(folder)).contains(reason);
    }

    @Test
    void aCollectionNestedTooDeepIsOneFailedCase(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("case.json"), "[".repeat(1 << 20));
        assertThat(onlyFailure(folder)).contains("StackOverflowError");
    }

    @Test
    void aFolderThatIsNotThereIsOneFailedCase(@TempDir Path folder) {
        assertThat(onlyFailure(folder.resolve("none"))).contains("cannot be read");
    }

    private static String onlyFailure(Path folder) {
        List<VectorCase> cases = VectorRunner.cases(folder);
        assertThat(cases).hasSize(1);
        return VectorRunner.failure(cases.get(0)).orElse("");
    }

    private static Path bundled() throws URISyntaxException {
        return Path.of(Objects.requireNonNull(VectorsTest.class.getResource("/vectors"))
                .toURI());
    }

    private static Stream<DynamicTest> tests(List<VectorCase> cases) {
        return cases.stream()
                .map(one -> DynamicTest.dynamicTest(
                        one.name(), () -> assertThat(VectorRunner.failure(one)).isEmpty()));
    }
}
