// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the container or unit that a process belongs to, by its control group. */
final class ProcessHome {
    private static final Pattern CONTAINER =
            Pattern.compile("(?:^|[/-])([0-9a-f]{12})[0-9a-f]{52}(?:\\.scope)?(?:/|$)");
    private static final Pattern UNIT = Pattern.compile("([^/]+\\.(?:service|scope))(?:/|$)");

    private final Path proc;

    /**
     * Reads below a directory.
     *
     * @param proc where procfs is mounted
     */
    ProcessHome(Path proc) {
        this.proc = proc;
    }

    /** The container, unit or control group of a process; empty if it ended, or is in the root group. */
    Optional<String> of(int pid) {
        try (Stream<String> lines = Files.lines(proc.resolve(pid + "/cgroup"))) {
            return lines.filter(line -> line.startsWith("0::/") || line.contains(":name=systemd:"))
                    .map(line -> line.substring(line.indexOf(":/") + 1))
                    .findFirst()
                    .flatMap(ProcessHome::named);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> named(String group) {
        Matcher container = CONTAINER.matcher(group);
        if (container.find()) {
            return Optional.of("container " + container.group(1));
        }
        Optional<String> unit =
                UNIT.matcher(group).results().map(match -> match.group(1)).reduce((outer, inner) -> inner);
        return unit.map(name -> "unit " + name)
                .or(() -> group.equals("/") ? Optional.empty() : Optional.of("control group " + group));
    }
}
