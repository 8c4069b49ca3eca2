// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.ability.Answer;
import io.karst.ability.Namespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What this process may do, see capabilities(7) and proc(5).
 *
 * @param capabilities effective capabilities, if known
 * @param root whether its effective user is root
 * @param initialUserNamespace whether its capabilities hold for the kernel, not only for a user namespace
 */
record Credentials(Optional<Capabilities> capabilities, Answer root, Answer initialUserNamespace) {

    /** Credentials of this process. */
    static Credentials ofThisProcess() {
        return of(Path.of("/proc"));
    }

    /** Reads {@code self/status} and {@code self/ns/user} below a directory. */
    static Credentials of(Path proc) {
        Answer initial = Namespace.USER.isInitial(proc);
        try {
            List<String> status = Files.readAllLines(proc.resolve("self/status"), StandardCharsets.ISO_8859_1);
            Optional<Answer> root = value(status, "Uid:").map(ids -> Answer.of("0".equals(ids.split("\\s+", -1)[1])));
            return new Credentials(
                    value(status, "CapEff:").map(hex -> new Capabilities(Long.parseUnsignedLong(hex, 16))),
                    root.orElse(Answer.NOT_KNOWN),
                    initial);
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return new Credentials(Optional.empty(), Answer.NOT_KNOWN, initial);
        }
    }

    private static Optional<String> value(List<String> status, String key) {
        return status.stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(key.length()).strip())
                .findFirst();
    }

    /** What keeps this process from loading and attaching tracing programs; empty if nothing is known to. */
    Optional<Obstacle> obstacle() {
        if (initialUserNamespace == Answer.NO) {
            return Optional.of(Obstacle.userNamespace());
        }
        return capabilities
                .map(Capabilities::missing)
                .filter(missing -> !missing.isEmpty())
                .map(missing -> Obstacle.capabilities(missing, root == Answer.YES));
    }
}
