// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.commands.Columns.Column;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.CommandException;
import org.junit.jupiter.api.Test;

/** What a command prints for a script, by its options. */
class ViewCommandTest {
    private static final Columns<String> NAMES = new Columns<>(
            List.of(
                    Column.of("Name", "name", "a name", name -> name),
                    Column.of(
                                    "Size",
                                    "sizeBytes",
                                    "a size, bytes",
                                    (String name) -> name.length() + " B",
                                    String::length)
                            .right()),
            "No names");

    /** Prints twice, as {@code karst:top} does. */
    private static final class Twice extends ViewCommand {
        private final List<String> arguments;

        Twice(List<String> arguments) {
            this.arguments = arguments;
        }

        @Override
        protected void run(Services services) throws CommandException {
            remark(words(arguments) + " of all");
            print(NAMES, List.of("a,b"), List.of("\u001b[1m"));
            print(NAMES, List.of());
            print(NAMES, List.of("c"));
        }
    }

    private static String output(String... arguments) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream console = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        Session session = (Session) Proxy.newProxyInstance(
                Session.class.getClassLoader(),
                new Class<?>[] {Session.class},
                (proxy, method, given) -> method.getName().equals("getConsole") ? console : null);
        Twice command = new Twice(List.of(arguments));
        Field field = KarstCommand.class.getDeclaredField("session");
        field.setAccessible(true);
        field.set(command, session);
        command.execute();
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void peopleGetTablesAndRemarks() throws Exception {
        assertThat(output("x").lines())
                .containsExactly("[x] of all", "Name  Size", "a,b    3 B", "No names", "Name  Size", "c      1 B");
    }

    @Test
    void scriptsGetRowsOnly() throws Exception {
        assertThat(output("x", "--no-format").lines()).containsExactly("a,b\t3", "c\t1");
    }

    @Test
    void aHeaderIsWrittenOnce() throws Exception {
        assertThat(output("--header", "--no-format").lines()).containsExactly("name\tsizeBytes", "a,b\t3", "c\t1");
    }

    @Test
    void csvHasTheLineEndsOfItsStandard() throws Exception {
        assertThat(output("--csv")).isEqualTo("name,sizeBytes\r\n\"a,b\",3\r\nc,1\r\n");
        assertThat(output("--csv", "--no-format")).isEqualTo(output("--csv"));
    }

    @Test
    void jsonWins() throws Exception {
        assertThat(output("--csv", "--json").replaceAll("\\s", ""))
                .isEqualTo("[{\"name\":\"a,b\",\"sizeBytes\":3}][][{\"name\":\"c\",\"sizeBytes\":1}]");
    }
}
