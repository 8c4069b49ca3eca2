// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.gson.JsonArray;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.nio.channels.Channel;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.felix.gogo.runtime.Pipe;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.CommandException;
import org.junit.jupiter.api.Test;

class KarstCommandTest {
    private static final int PIECE = 8 * 1024;

    /** Prints 5,000 texts as JSON. */
    private static final class Printing extends KarstCommand {
        private final JsonArray document = new JsonArray();

        Printing(PrintStream console) throws ReflectiveOperationException {
            for (int number = 0; number < 5_000; number++) {
                document.add("map " + number);
            }
            Field session = KarstCommand.class.getDeclaredField("session"); // as Karaf sets it
            session.setAccessible(true);
            session.set(
                    this,
                    Proxy.newProxyInstance(
                            Session.class.getClassLoader(),
                            new Class<?>[] {Session.class},
                            (proxy, method, arguments) -> method.getName().equals("getConsole") ? console : null));
        }

        @Override
        protected void run(Services services) {
            print(document);
        }
    }

    /** Remembers the longest text that was printed at once. */
    private static final class Console extends PrintStream {
        private int longest;

        Console(OutputStream out) {
            super(out, false, StandardCharsets.UTF_8);
        }

        @Override
        public void print(String text) {
            longest = Math.max(longest, text.length());
            super.print(text);
        }
    }

    @Test
    void jsonIsPrintedInPieces() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Console console = new Console(bytes);
        Printing command = new Printing(console);

        command.execute();

        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .isEqualTo(Json.write(command.document) + System.lineSeparator())
                .hasSizeGreaterThan(5 * PIECE);
        assertThat(console.longest).isEqualTo(PIECE);
    }

    @Test
    void aCommandWhoseOutputCannotBeWrittenFails() throws Exception {
        Printing command = new Printing(new Console(new OutputStream() {
            @Override
            public void write(int next) throws IOException {
                throw new IOException("broken pipe");
            }
        }));

        assertThatExceptionOfType(CommandException.class)
                .isThrownBy(command::execute)
                .withMessage("The output is incomplete: it could not be written");
    }

    /** As gogo calls a command: its pipe writes to the session's stream, which has a buffer of its own. */
    @Test
    void whatWasPrintedIsSentAtOnceAlsoThroughGogosPipe() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream console = buffered(bytes);
        Printing command = new Printing(console);

        inPipeTo(console, () -> {
            command.println("reading");
            command.send();
        });

        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("reading" + System.lineSeparator());
    }

    /** Gogo's pipe knows nothing of it, because the session's stream throws nothing. */
    @Test
    void aClientThatIsGoneIsNoticedBehindGogosPipe() throws Exception {
        AtomicBoolean gone = new AtomicBoolean();
        PrintStream console = buffered(new OutputStream() {
            @Override
            public void write(int next) throws IOException {
                if (gone.get()) {
                    throw new IOException("closed");
                }
            }
        });
        Printing command = new Printing(console);

        inPipeTo(console, () -> {
            command.println("reading");
            assertThat(command.isUnread()).isFalse();
            gone.set(true);
            command.println("reading");
            assertThat(command.isUnread()).isTrue();
        });
    }

    private static PrintStream buffered(OutputStream target) {
        return new PrintStream(new BufferedOutputStream(target), false, StandardCharsets.UTF_8);
    }

    private static void inPipeTo(PrintStream console, Runnable work) throws ReflectiveOperationException {
        Pipe pipe = new Pipe(null, null, null, new Channel[3], new boolean[3], true);
        field("out")
                .set(
                        pipe,
                        new PrintStream(
                                Channels.newOutputStream(Channels.newChannel(console)), true, StandardCharsets.UTF_8));
        ThreadLocal<Pipe> current = currentPipe();
        current.set(pipe);
        try {
            work.run();
        } finally {
            current.remove();
        }
    }

    @SuppressWarnings("unchecked")
    private static ThreadLocal<Pipe> currentPipe() throws ReflectiveOperationException {
        return (ThreadLocal<Pipe>) field("CURRENT").get(null);
    }

    private static Field field(String name) throws ReflectiveOperationException {
        Field field = Pipe.class.getDeclaredField(name); // gogo sets it as it calls a command
        field.setAccessible(true);
        return field;
    }
}
