// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.commands.KarstCommand;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.CommandException;
import org.junit.jupiter.api.Test;

class TopCommandTest {

    /** Outside of a framework the class is of no bundle, as after an update of its bundle. */
    @Test
    void saysThatItsBundleWasStopped() throws ReflectiveOperationException {
        PrintStream console = new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
        TopCommand command = new TopCommand();
        Field session = KarstCommand.class.getDeclaredField("session"); // as Karaf sets it
        session.setAccessible(true);
        session.set(
                command,
                Proxy.newProxyInstance(
                        Session.class.getClassLoader(),
                        new Class<?>[] {Session.class},
                        (proxy, method, arguments) -> method.getName().equals("getConsole") ? console : null));

        assertThatThrownBy(command::execute)
                .isInstanceOf(CommandException.class)
                .hasMessage("karst:top ended: bundle io.karst.shell was stopped or updated");
    }
}
