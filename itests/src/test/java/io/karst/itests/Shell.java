// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.PrivilegedExceptionAction;
import java.util.Arrays;
import javax.security.auth.Subject;
import org.apache.karaf.jaas.boot.principal.RolePrincipal;
import org.apache.karaf.jaas.boot.principal.UserPrincipal;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.api.console.SessionFactory;

/** Runs shell commands as a user with given roles. */
final class Shell {

    /** Name of the user. */
    static final String USER = "operator";

    private final SessionFactory sessions;

    Shell(SessionFactory sessions) {
        this.sessions = sessions;
    }

    /** As an administrator. */
    String run(String command) throws Exception {
        return run(command, "admin", "manager", "viewer", "systembundles");
    }

    /** The same, but what went wrong comes back as text: for those that wait for a command to be there. */
    @SuppressWarnings("IllegalCatch") // the shell throws all sorts
    String runOrExplain(String command) {
        try {
            return run(command);
        } catch (Exception e) {
            return e.toString();
        }
    }

    String run(String command, String... roles) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        Subject subject = new Subject();
        Arrays.stream(roles).map(RolePrincipal::new).forEach(subject.getPrincipals()::add);
        subject.getPrincipals().add(new UserPrincipal(USER));
        Session session = sessions.create(new ByteArrayInputStream(new byte[0]), out, out);
        try {
            Subject.doAs(subject, (PrivilegedExceptionAction<Object>) () -> session.execute(command));
        } finally {
            session.close();
        }
        return bytes.toString(StandardCharsets.UTF_8).replaceAll("\u001b\\[[0-9;]*m", "");
    }
}
