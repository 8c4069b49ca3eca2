// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.impl.LineDisciplineTerminal;
import org.jline.utils.AttributedString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On a terminal whose other end is the test. */
class FullScreenTest {
    private static final String ENTER_SCREEN = "\u001b[?1049h";
    private static final String LEAVE_SCREEN = "\u001b[?1049l";
    private static final long PATIENCE_MILLIS = 10_000;

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final List<Signal> formerlyHandled = new ArrayList<>();
    private LineDisciplineTerminal terminal;
    private Attributes before;
    private FullScreen screen;

    @BeforeEach
    void open() throws IOException {
        terminal = new LineDisciplineTerminal("test", "xterm-256color", written, StandardCharsets.UTF_8);
        terminal.setSize(new Size(80, 24));
        terminal.handle(Signal.INT, formerlyHandled::add);
        terminal.handle(Signal.WINCH, formerlyHandled::add);
        before = terminal.getAttributes();
        screen = new FullScreen(terminal);
    }

    @AfterEach
    void close() throws IOException {
        terminal.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "UP,1b5b41",
        "UP,1b4f41",
        "DOWN,1b5b42",
        "DOWN,1b4f42",
        "RIGHT,1b4f43",
        "LEFT,1b5b44",
        "PAGE_UP,1b5b357e",
        "PAGE_DOWN,1b5b367e",
        "HOME,1b4f48",
        "HOME,1b5b317e",
        "END,1b5b46",
        "ENTER,0d",
        "ENTER,0a",
        "ESCAPE,1b",
        "BACKSPACE,7f",
        "BACKSPACE,08",
        "REDRAW,0c",
        "QUIT,04"
    })
    void knowsTheKeysOfUsualTerminals(TopKey.Name key, String hex) throws IOException {
        type(hex);

        assertThat(screen.next(PATIENCE_MILLIS)).contains(new TopKey(key, ""));
        assertThat(screen.next(1)).as("nothing is left of it").isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"q,71", "\u00e9,c3a9", "\ud83d\ude00,f09f9880", "?,3f"})
    void charactersAreKeys(String text, String hex) throws IOException {
        type(hex);

        assertThat(screen.next(PATIENCE_MILLIS)).contains(new TopKey(TopKey.Name.CHARACTER, text));
    }

    @Test
    void ctrlCEndsIt() throws IOException {
        type("03");

        assertThat(screen.next(PATIENCE_MILLIS).map(TopKey::name)).contains(TopKey.Name.QUIT);
        assertThat(formerlyHandled).isEmpty();
    }

    @Test
    void theEndOfTheInputEndsIt() throws IOException {
        terminal.close();

        assertThat(screen.next(PATIENCE_MILLIS).map(TopKey::name)).contains(TopKey.Name.QUIT);
    }

    @Test
    void noticesANewSize() {
        assertThat(screen.size()).isEqualTo(new Size(80, 24));
        assertThat(screen.isResized()).isFalse();

        terminal.setSize(new Size(40, 10));
        terminal.raise(Signal.WINCH);

        assertThat(screen.isResized()).isTrue();
        assertThat(screen.size()).isEqualTo(new Size(40, 10));
        terminal.setSize(new Size(0, 0));
        terminal.raise(Signal.WINCH);
        assertThat(screen.size()).as("not known").isEqualTo(new Size(80, 24));
    }

    @Test
    void drawsWhatChangedAndEverythingWhenAsked() throws IOException {
        screen.size();
        screen.draw(List.of(new AttributedString("first"), new AttributedString("second")));
        assertThat(output()).contains("first", "second");

        screen.draw(List.of(new AttributedString("first"), new AttributedString("2nd")));
        assertThat(output()).contains("2").doesNotContain("first");

        type("0c");
        screen.next(PATIENCE_MILLIS);
        screen.draw(List.of(new AttributedString("first"), new AttributedString("2nd")));
        assertThat(output()).contains("first", "2nd");
    }

    @Test
    void leavesTheTerminalAsItWas() {
        assertThat(output()).contains(ENTER_SCREEN);
        assertThat(terminal.getAttributes().getLocalFlag(Attributes.LocalFlag.ICANON))
                .isFalse();

        screen.close();

        assertThat(output()).contains(LEAVE_SCREEN, "\u001b[?25h");
        assertThat(terminal.getAttributes().getLocalFlags()).isEqualTo(before.getLocalFlags());
        assertThat(terminal.getAttributes().getInputFlags()).isEqualTo(before.getInputFlags());
        terminal.raise(Signal.INT);
        terminal.raise(Signal.WINCH);
        assertThat(formerlyHandled).containsExactly(Signal.INT, Signal.WINCH);
        assertThat(terminal.handle(Signal.TSTP, Terminal.SignalHandler.SIG_IGN))
                .isEqualTo(Terminal.SignalHandler.SIG_DFL);
    }

    private void type(String hex) throws IOException {
        for (int at = 0; at < hex.length(); at += 2) {
            terminal.processInputByte(Integer.parseInt(hex, at, at + 2, 16));
        }
    }

    /** What was written since the last call. */
    private String output() {
        terminal.flush();
        String text = written.toString(StandardCharsets.UTF_8);
        written.reset();
        return text;
    }
}
