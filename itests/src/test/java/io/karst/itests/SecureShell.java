// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.session.ClientSession;

/**
 * Karaf's shell over ssh, as its {@code bin/client} comes in, but without a virtual machine for each command.
 */
final class SecureShell implements AutoCloseable {

    /** For those that ask whether somebody answers. */
    private static final int NOBODY = -1;

    private final int port;
    private final String user;
    private final String password;
    private final Duration patience;
    private final SshClient client = SshClient.setUpDefaultClient();

    SecureShell(int port, String user, String password, Duration patience) {
        this.port = port;
        this.user = user;
        this.password = password;
        this.patience = patience;
        client.start();
    }

    /**
     * How a command ended.
     *
     * @param status 0 if all was well, negative if nobody answered
     * @param output without colours
     * @param errors what it said beside, or why nobody answered
     */
    record Result(int status, String output, String errors) {}

    /** Runs a command; in a session of its own, as an operator's. */
    Result run(String command) {
        try (ClientSession session =
                client.connect(user, "127.0.0.1", port).verify(patience).getSession()) {
            session.addPasswordIdentity(password);
            session.auth().verify(patience);
            return run(session, command);
        } catch (IOException e) {
            return new Result(NOBODY, "", e.toString());
        }
    }

    private Result run(ClientSession session, String command) throws IOException {
        try (ByteArrayOutputStream output = new ByteArrayOutputStream();
                ByteArrayOutputStream errors = new ByteArrayOutputStream();
                ChannelExec channel = session.createExecChannel(command + "\n")) {
            channel.setOut(output);
            channel.setErr(errors);
            channel.open().verify(patience);
            Set<ClientChannelEvent> seen = channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), patience);
            if (seen.contains(ClientChannelEvent.TIMEOUT)) {
                throw new AssertionError("'" + command + "' did not end");
            }
            Integer status = channel.getExitStatus();
            return new Result(status == null ? NOBODY : status, text(output), text(errors));
        }
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8).replaceAll("\u001b\\[[0-9;]*m", "");
    }

    @Override
    public void close() {
        client.stop();
    }
}
