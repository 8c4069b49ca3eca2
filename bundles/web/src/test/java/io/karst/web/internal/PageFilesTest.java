// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.web.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PageFilesTest {
    private static final Path PAGE = Path.of("target", "classes", "page");
    private static final Pattern IMPORT = Pattern.compile("(?:from|import) '([^']+)'");

    private final PageFiles files;
    private final Map<String, byte[]> contents = new HashMap<>();

    PageFilesTest() throws IOException {
        try (Stream<Path> found = Files.walk(PAGE)) {
            for (Path file : found.filter(Files::isRegularFile).toList()) {
                contents.put(PAGE.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        files = PageFiles.of(contents);
    }

    private String source(String name) {
        return new String(contents.get(name), StandardCharsets.UTF_8);
    }

    private static String tag(Answer answer) {
        return answer.headers().getOrDefault("ETag", "");
    }

    private List<String> modules() {
        return contents.keySet().stream()
                .filter(name -> name.endsWith(".js") && !name.startsWith("lib/"))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "'', text/html;charset=UTF-8",
        "index.html, text/html;charset=UTF-8",
        "style.css, text/css;charset=UTF-8",
        "app.js, text/javascript;charset=UTF-8",
        "lib/uplot/uPlot.esm.js, text/javascript;charset=UTF-8",
        "lib/uplot/uPlot.min.css, text/css;charset=UTF-8",
        "lib/preact/preact.module.js, text/javascript;charset=UTF-8",
        "openapi.json, application/json"
    })
    void theFilesOfThePageAreServed(String path, String type) {
        Answer answer = files.answer(path, "", "");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.contentType()).isEqualTo(type);
        assertThat(answer.body()).isEqualTo(contents.get(path.isEmpty() ? "index.html" : path));
    }

    @ParameterizedTest
    @CsvSource({"nothing.js", "../META-INF/MANIFEST.MF", "lib", "lib/uplot/LICENSE", "/index.html"})
    void nothingElseIs(String path) {
        assertThat(files.answer(path, "", "").status()).isEqualTo(404);
    }

    @Test
    void aBrowserThatHasAFileIsNotSentItAgain() {
        String tag = tag(files.answer("app.js", "", ""));
        Answer again = files.answer("app.js", "\"x\", " + tag, "");
        assertThat(again.status()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        assertThat(files.answer("style.css", tag, "").status()).isEqualTo(200);
        assertThat(again.headers()).containsEntry("Cache-Control", "no-cache");
    }

    @Test
    void filesAreCompressedForThoseWhoCanUnpack() throws Exception {
        Answer packed = files.answer("app.js", "", "deflate, gzip;q=1.0, br");
        assertThat(packed.headers()).containsEntry("Content-Encoding", "gzip").containsEntry("Vary", "Accept-Encoding");
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(packed.body()))) {
            assertThat(in.readAllBytes()).isEqualTo(contents.get("app.js"));
        }
        assertThat(tag(packed)).isNotEqualTo(tag(files.answer("app.js", "", "")));
        assertThat(files.answer("app.js", tag(packed), "gzip").status()).isEqualTo(304);
    }

    /** The policy refuses what is inline, and a reverse proxy may put the page anywhere. */
    @Test
    void nothingIsInlineOrAbsolute() {
        String page = source("index.html");
        assertThat(page)
                .doesNotContainPattern("<script(?![^>]*src=)")
                .doesNotContain("<style", " style=")
                .doesNotContainPattern(" on[a-z]+=");
        for (String name : modules()) {
            assertThat(source(name))
                    .as(name)
                    .doesNotContain(
                            "innerHTML", "dangerouslySetInnerHTML", "insertAdjacentHTML", "document.write", "eval(")
                    .doesNotContainPattern("https?://")
                    .doesNotContainPattern("['\"`]/[a-z]");
        }
        assertThat(page + source("style.css")).doesNotContain("http:", "https:", "\"/", "url(");
    }

    @Test
    void everyImportIsAFileOfThePage() {
        for (String name : modules()) {
            List<String> imports = IMPORT.matcher(source(name))
                    .results()
                    .map((MatchResult match) -> match.group(1))
                    .toList();
            for (String each : imports) {
                assertThat(each).as(name).startsWith("./");
                assertThat(contents).as(name).containsKey(each.substring(2));
            }
        }
        assertThat(modules()).contains("app.js", "now.js", "time.js", "maps.js", "system.js");
    }
}
