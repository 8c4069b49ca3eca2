// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import java.io.IOError;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jline.keymap.BindingReader;
import org.jline.keymap.KeyMap;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.Terminal.SignalHandler;
import org.jline.utils.AttributedString;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.NonBlockingReader;

/** The whole screen of a terminal, with its keys, until it is closed: then the terminal is as it was. */
final class FullScreen implements AutoCloseable {
    private static final Size USUAL = new Size(80, 24);
    private static final long ESCAPE_MILLIS = 100;

    private final Terminal terminal;
    private final Attributes former;
    private final Map<Signal, SignalHandler> handlers = new EnumMap<>(Signal.class);
    private final Display display;
    private final BindingReader reader;
    private final KeyMap<TopKey.Name> keys = new KeyMap<>();
    private volatile boolean resized = true;
    private volatile boolean interrupted;
    private Size size = USUAL;

    FullScreen(Terminal terminal) {
        this.terminal = terminal;
        reader = new BindingReader(terminal.reader());
        display = new Display(terminal, true);
        bindKeys();
        former = terminal.enterRawMode();
        handle(Signal.INT, signal -> interrupted = true);
        handle(Signal.WINCH, signal -> resized = true);
        handle(Signal.TSTP, SignalHandler.SIG_IGN);
        terminal.puts(Capability.enter_ca_mode);
        terminal.puts(Capability.keypad_xmit);
        terminal.puts(Capability.cursor_invisible);
    }

    private void handle(Signal signal, SignalHandler handler) {
        handlers.put(signal, terminal.handle(signal, handler));
    }

    private void bindKeys() {
        keys.setAmbiguousTimeout(ESCAPE_MILLIS);
        keys.setNomatch(TopKey.Name.CHARACTER);
        keys.setUnicode(TopKey.Name.CHARACTER);
        bind(TopKey.Name.UP, Capability.key_up, "\u001b[A");
        bind(TopKey.Name.DOWN, Capability.key_down, "\u001b[B");
        bind(TopKey.Name.RIGHT, Capability.key_right, "\u001b[C");
        bind(TopKey.Name.LEFT, Capability.key_left, "\u001b[D");
        bind(TopKey.Name.PAGE_UP, Capability.key_ppage, "\u001b[5~");
        bind(TopKey.Name.PAGE_DOWN, Capability.key_npage, "\u001b[6~");
        bind(TopKey.Name.HOME, Capability.key_home, "\u001b[H", "\u001b[1~");
        bind(TopKey.Name.END, Capability.key_end, "\u001b[F", "\u001b[4~");
        bind(TopKey.Name.BACKSPACE, Capability.key_backspace, "\u007f", "\b");
        keys.bind(TopKey.Name.ENTER, "\r", "\n");
        keys.bind(TopKey.Name.ESCAPE, "\u001b");
        keys.bind(TopKey.Name.REDRAW, KeyMap.ctrl('L'));
        keys.bind(TopKey.Name.QUIT, KeyMap.ctrl('C'), KeyMap.ctrl('D'));
    }

    /** What the terminal's description says, and what most terminals send anyhow. */
    private void bind(TopKey.Name key, Capability capability, String... usual) {
        String described = KeyMap.key(terminal, capability);
        if (described != null) {
            keys.bind(key, described);
        }
        keys.bind(key, usual);
    }

    /** Whether the size has changed since {@link #size} was asked for. */
    boolean isResized() {
        return resized;
    }

    /** The size now. */
    Size size() {
        if (resized) {
            resized = false;
            Size now = terminal.getSize();
            size = now.getColumns() > 0 && now.getRows() > 0 ? now : USUAL;
            clear();
        }
        return size;
    }

    /** Draws everything again next time. */
    private void clear() {
        display.resize(size.getRows(), size.getColumns());
        display.clear();
    }

    /** Draws what has changed. */
    void draw(List<AttributedString> lines) {
        display.update(new ArrayList<>(lines), -1); // JLine clears the list
        terminal.flush();
    }

    /** The next key; empty if there was none in this time. Ctrl-C, and the end of the input, are {@link TopKey.Name#QUIT}. */
    Optional<TopKey> next(long millis) {
        try {
            int character = interrupted ? NonBlockingReader.EOF : reader.peekCharacter(millis);
            if (character == NonBlockingReader.READ_EXPIRED && !interrupted) {
                return Optional.empty();
            }
            TopKey.Name key = character < 0 ? null : reader.readBinding(keys);
            if (key == TopKey.Name.REDRAW) {
                clear();
            }
            return Optional.of(new TopKey(
                    key == null ? TopKey.Name.QUIT : key, key == TopKey.Name.CHARACTER ? reader.getLastBinding() : ""));
        } catch (IOError e) {
            return Optional.of(new TopKey(TopKey.Name.QUIT, "")); // the connection is gone
        }
    }

    @Override
    public void close() {
        handlers.forEach(terminal::handle);
        terminal.puts(Capability.cursor_normal);
        terminal.puts(Capability.keypad_local);
        terminal.puts(Capability.exit_ca_mode);
        terminal.flush();
        terminal.setAttributes(former);
    }
}
