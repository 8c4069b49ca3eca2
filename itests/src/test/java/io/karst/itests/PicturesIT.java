// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertTrue;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.Test;

/**
 * Takes the pictures of README.md: the page, and {@code karst:top} in a terminal, each with the demo's contention. They are in
 * target/pictures; {@code ./test pictures} copies them to docs/pictures.
 */
public class PicturesIT {
    private static final Path PICTURES = Path.of("target", "pictures");
    private static final Path SHOWN = Path.of("..", "docs", "pictures");
    private static final Duration READY = Duration.ofMinutes(2);
    private static final int COLUMNS = 112;
    private static final int LINES = 20;

    /** So that charts have something to show; longer for pictures that are kept. */
    private static final int CONTENTION_SECONDS = Integer.getInteger("karst.pictures.seconds", 5);

    @Test
    public void eachPictureIsTaken() throws Exception {
        RunningKaraf.run(Path.of("."), "rm", "-rf", PICTURES.toString());
        Files.createDirectories(PICTURES);
        try (RunningKaraf karaf = RunningKaraf.start(
                        Path.of(System.getProperty("karst.distribution")), "pictures-karaf", "env", "LC_ALL=C.UTF-8");
                Chromium chromium = new Chromium()) {
            String address = karaf.configureHttp("viewer = v!ewer,viewer");
            karaf.awaitShell("karst:flow --json", "READY", READY);
            karaf.shell("karst:demo start");
            terminal(karaf, chromium);
            page(address, chromium);
        }
        assertTrue(names(PICTURES).toString(), names(PICTURES).containsAll(names(SHOWN)));
    }

    private static Set<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return new TreeSet<>(
                    files.map(file -> String.valueOf(file.getFileName())).toList());
        }
    }

    private static void terminal(RunningKaraf karaf, Chromium chromium) throws Exception {
        ProcessBuilder client = karaf.clientProcess();
        client.environment().put("LC_ALL", "C.UTF-8");
        try (TmuxTerminal terminal = new TmuxTerminal(client, COLUMNS, LINES, Path.of("target", "screens"))) {
            terminal.await("()>");
            terminal.press("karst:top", "Enter");
            terminal.await("load_");
            TimeUnit.SECONDS.sleep(CONTENTION_SECONDS);
            terminal.await("full screen", lines -> last(lines).startsWith(" q quit"));
            take(chromium, "top", terminal.colouredLines());
            terminal.press("q");
        }
    }

    private static String last(List<String> lines) {
        return lines.stream().filter(line -> !line.isBlank()).reduce("", (one, next) -> next);
    }

    /** Without blank lines at the end. */
    private static void take(Chromium chromium, String name, List<String> lines) throws IOException {
        int end = lines.size();
        while (end > 0 && lines.get(end - 1).isBlank()) {
            end--;
        }
        try (BrowserContext context = chromium.open("", "", 900, 400, ColorScheme.DARK)) {
            Page page = context.newPage();
            page.setContent(TerminalPicture.html(lines.subList(0, end)));
            page.locator("pre").screenshot(new Locator.ScreenshotOptions().setPath(PICTURES.resolve(name + ".png")));
        }
    }

    private static void page(String address, Chromium chromium) throws Exception {
        try (BrowserContext context = chromium.open("viewer", "v!ewer", 1200, 960, ColorScheme.LIGHT)) {
            Page page = context.newPage();
            page.navigate("http://" + address + "/karst/");
            page.waitForSelector("output.live");
            page.waitForSelector("th .name"); // a busy machine leaves the demo little time
            page.waitForTimeout(3_000);
            page.screenshot(new Page.ScreenshotOptions().setPath(PICTURES.resolve("page-now.png")));
            page.navigate("http://" + address + "/karst/#time");
            page.locator(".small-charts a", new Page.LocatorOptions().setHasText("load_"))
                    .first()
                    .click();
            page.waitForSelector("text=Which of its locks");
            page.waitForTimeout(2_000);
            page.screenshot(new Page.ScreenshotOptions().setPath(PICTURES.resolve("page-time.png")));
        }
    }
}
