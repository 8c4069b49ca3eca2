// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;
import java.util.List;

/** Debian's Chromium, without a window. */
final class Chromium implements AutoCloseable {
    private final Playwright playwright = Playwright.create();
    private final Browser browser;

    Chromium() {
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(Path.of("/usr/bin/chromium"))
                        .setArgs(List.of(
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-quic",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync")));
    }

    /** A window with nothing in it, of a user who can log in. */
    BrowserContext open(String user, String password, int width, int height, ColorScheme colours) {
        return browser.newContext(new Browser.NewContextOptions()
                .setHttpCredentials(user, password)
                .setColorScheme(colours)
                .setViewportSize(width, height));
    }

    @Override
    public void close() {
        playwright.close();
    }
}
