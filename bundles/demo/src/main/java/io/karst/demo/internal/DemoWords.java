// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.demo.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * What an operator typed behind {@code karst:demo}. Karaf reads options only in front of the first argument, but people
 * write {@code karst:demo start hash --seconds 10}.
 *
 * @param words arguments without options
 * @param threads number behind {@code --threads}
 * @param seconds number behind {@code --seconds}
 * @param json whether {@code --json} was there
 */
record DemoWords(List<String> words, Optional<Integer> threads, Optional<Integer> seconds, boolean json) {

    /**
     * Sorts arguments out.
     *
     * @throws IllegalArgumentException if there are too many, an option is not known, or its number is none
     */
    static DemoWords of(List<String> arguments) {
        List<String> words = new ArrayList<>();
        Optional<Integer> threads = Optional.empty();
        Optional<Integer> seconds = Optional.empty();
        boolean json = false;
        for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
            String word = rest.next();
            switch (word) {
                case "--threads" -> threads = Optional.of(number(word, rest));
                case "--seconds" -> seconds = Optional.of(number(word, rest));
                case "--json" -> json = true;
                default -> words.add(checked(word));
            }
        }
        if (words.size() > 2) {
            throw new IllegalArgumentException("'" + words.get(2) + "' is too much: an action and a kind are all");
        }
        return new DemoWords(List.copyOf(words), threads, seconds, json);
    }

    private static String checked(String word) {
        if (word.startsWith("-")) {
            throw new IllegalArgumentException("undefined option " + word + ": --help shows those there are");
        }
        return word;
    }

    private static int number(String option, Iterator<String> rest) {
        String value = rest.hasNext() ? rest.next() : "nothing";
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(option + " needs a number, not " + value, e);
        }
    }

    String action() {
        return words.isEmpty() ? "status" : words.get(0);
    }

    private DemoKind kind(DemoKind preferred) {
        String word = words.size() < 2 ? preferred.word() : words.get(1);
        return DemoKind.of(word)
                .orElseThrow(() -> new IllegalArgumentException("'" + word + "' is none of " + DemoKind.words()));
    }

    /**
     * What to do.
     *
     * @param preferred what is contended if nobody says
     */
    DemoPlan plan(DemoKind preferred) {
        DemoKind kind = kind(preferred);
        return new DemoPlan(
                kind,
                threads.orElseGet(
                        () -> DemoPlan.defaultThreads(kind, Runtime.getRuntime().availableProcessors())),
                seconds.map(Duration::ofSeconds));
    }
}
