// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Principal;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.security.auth.Subject;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.CommandException;

/**
 * The ssh connection that a command came by. Karaf's ssh server (4.4.10, {@code ShellCommand}) ends it as soon as the command
 * returns. If output is still queued then, the server cannot send SSH_MSG_CHANNEL_CLOSE any more, closes the socket without
 * waiting for the client, and the client loses what it has not read, with exit status 0. So a command returns only when all
 * is sent.
 */
final class SshConnection {
    /** What Karaf adds to the subject of an ssh session: the client's address and port. */
    private static final Pattern CLIENT = Pattern.compile("ssh\\b.*:(\\d{1,5})\\)?");

    private static final Path NET = Path.of("/proc/self/net");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofMillis(4);

    /** Looks in a row that see nothing unsent, as the server's threads may need a moment to send more. */
    private static final int ENOUGH = 5;

    private final Path net;
    private final Optional<String> remotePort;
    private final Duration patience;

    SshConnection(Path net, Optional<Integer> remotePort, Duration patience) {
        this.net = net;
        this.remotePort = remotePort.map(port -> String.format(Locale.ROOT, ":%04X", port));
        this.patience = patience;
    }

    /** The connection of a session; nothing to wait for if it did not come by ssh. */
    static SshConnection of(Session session) {
        Object subject = session.get(Subject.class.getName());
        Optional<Integer> port = subject instanceof Subject client
                ? client.getPrincipals().stream()
                        .map(SshConnection::port)
                        .flatMap(Optional::stream)
                        .findFirst()
                : Optional.empty();
        return new SshConnection(NET, port, PATIENCE);
    }

    static Optional<Integer> port(Principal principal) {
        Matcher client = CLIENT.matcher(principal.getName());
        return client.matches() ? Optional.of(Integer.valueOf(client.group(1))) : Optional.empty();
    }

    /**
     * Waits until the client's host has everything, and for some milliseconds more for each piece: the client itself, which
     * fails if it cannot answer any more, may not have read as fast as its host received.
     *
     * @param pieces of output, of 8 KiB
     * @throws CommandException if the client stops reading
     * @throws InterruptedException if the operator stopped the command
     */
    void awaitSent(int pieces) throws CommandException, InterruptedException {
        if (remotePort.isEmpty()) {
            return;
        }
        long before = unsent(remotePort.get());
        long since = System.nanoTime();
        for (int looks = 0; looks < ENOUGH + pieces; looks = before == 0 ? looks + 1 : 0) {
            Thread.sleep(LOOK.toMillis());
            long now = unsent(remotePort.get());
            if (now != before || now == 0) {
                since = System.nanoTime();
            } else if (System.nanoTime() - since > patience.toNanos()) {
                throw new CommandException("The output may be incomplete: the ssh client has read nothing for "
                        + patience.toSeconds() + " s");
            }
            before = now;
        }
    }

    /** Bytes that the client's host has not acknowledged: column {@code tx_queue}, see proc_net_tcp.txt of the kernel. */
    private long unsent(String port) {
        return Stream.of("tcp", "tcp6")
                .mapToLong(file -> unsent(net.resolve(file), port))
                .sum();
    }

    private static long unsent(Path file, String port) {
        try (Stream<String> lines = Files.lines(file, StandardCharsets.US_ASCII)) {
            return lines.map(line -> line.strip().split("\\s+", 6))
                    .filter(fields -> fields.length > 5 && fields[2].endsWith(port))
                    .mapToLong(fields -> Long.parseLong(fields[4].substring(0, fields[4].indexOf(':')), 16))
                    .sum();
        } catch (IOException e) {
            return 0; // not every kernel has IPv6
        }
    }
}
