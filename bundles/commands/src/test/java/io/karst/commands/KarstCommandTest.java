// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.gson.JsonArray;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
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
}
