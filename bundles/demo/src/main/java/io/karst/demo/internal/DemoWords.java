// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.demo.internal;

import io.karst.commands.Arguments;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.karaf.shell.support.CommandException;

/**
 * Arguments of {@code karst:demo}, parsed. Karaf accepts options only before the first argument, but people write
 * {@code karst:demo start hash --seconds 10}.
 *
 * @param words arguments without options
 * @param threads value of {@code --threads}
 * @param seconds value of {@code --seconds}
 * @param json whether {@code --json} was given
 */
record DemoWords(List<String> words, Optional<Integer> threads, Optional<Integer> seconds, boolean json) {

    /**
     * Parses arguments.
     *
     * @throws CommandException if there are too many, an option is not known, or its value is not a number
     */
    static DemoWords of(List<String> arguments) throws CommandException {
        Arguments typed = Arguments.of(arguments, Set.of("--json"), Set.of("--threads", "--seconds"));
        List<String> words = typed.words();
        if (words.size() > 2) {
            throw new CommandException(
                    "Unexpected argument '" + words.get(2) + "'. Only an action and a kind are allowed");
        }
        return new DemoWords(
                words,
                typed.number("--threads"),
                typed.number("--seconds"),
                typed.flags().contains("--json"));
    }

    String action() {
        return words.isEmpty() ? "status" : words.get(0);
    }

    private DemoKind kind(DemoKind preferred) throws CommandException {
        String word = words.size() < 2 ? preferred.word() : words.get(1);
        return DemoKind.of(word)
                .orElseThrow(() -> new CommandException("Unknown kind '" + word + "'. Use one of " + DemoKind.words()));
    }

    /**
     * The load to start.
     *
     * @param preferred default kind
     * @throws CommandException if there is no such kind
     */
    DemoPlan plan(DemoKind preferred) throws CommandException {
        DemoKind kind = kind(preferred);
        return new DemoPlan(
                kind,
                threads.orElseGet(
                        () -> DemoPlan.defaultThreads(kind, Runtime.getRuntime().availableProcessors())),
                seconds.map(Duration::ofSeconds));
    }
}
