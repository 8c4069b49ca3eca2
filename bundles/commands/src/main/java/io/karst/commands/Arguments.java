// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;

/**
 * Arguments of a command. Karaf parses options only before the first argument; people write them after the last one, too.
 *
 * @param words arguments without options
 * @param flags options without a value that were given
 * @param values values of the other options; empty if a value is missing
 */
public record Arguments(List<String> words, Set<String> flags, Map<String, String> values) {

    /** Copies all. */
    public Arguments {
        words = List.copyOf(words);
        flags = Set.copyOf(flags);
        values = Map.copyOf(values);
    }

    /**
     * Parses arguments.
     *
     * @param flags options without a value
     * @param valued options with a value
     * @throws CommandException if there is an option that the command does not have
     */
    public static Arguments of(List<String> typed, Set<String> flags, Set<String> valued) throws CommandException {
        List<String> words = new ArrayList<>();
        Set<String> found = new HashSet<>();
        Map<String, String> values = new HashMap<>();
        for (Iterator<String> rest = typed.iterator(); rest.hasNext(); ) {
            String word = rest.next();
            if (flags.contains(word)) {
                found.add(word);
            } else if (valued.contains(word)) {
                values.put(word, rest.hasNext() ? rest.next() : "");
            } else if (word.startsWith("-") && word.length() > 1) {
                throw new CommandException("Unknown option " + word + ". See --help");
            } else {
                words.add(word);
            }
        }
        return new Arguments(words, found, values);
    }

    /**
     * Value of an option, as a number.
     *
     * @return empty if the option was not given
     * @throws CommandException if it is not a number
     */
    public Optional<Integer> number(String option) throws CommandException {
        String value = values.get(option);
        if (value == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Integer.valueOf(value));
        } catch (NumberFormatException e) {
            throw new CommandException(option + " needs a number, not " + (value.isEmpty() ? "nothing" : value), e);
        }
    }

    /**
     * Finds a constant by its name, ignoring case.
     *
     * @param option whose value it is, for the message
     * @throws CommandException if there is none; the message lists all
     */
    public static <E extends Enum<E>> E constant(Class<E> type, String option, String word) throws CommandException {
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equalsIgnoreCase(word)) {
                return constant;
            }
        }
        String allowed = Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
        throw new CommandException(option + " must be one of " + allowed);
    }

    /**
     * Checks a number.
     *
     * @param option whose value it is, for the message
     * @param value null if the option was not given
     * @throws CommandException if it is below {@code least} or above {@code most}
     */
    public static void requireWithin(String option, @Nullable Integer value, int least, int most)
            throws CommandException {
        if (value != null && (value < least || value > most)) {
            throw new CommandException(option + " must be between " + least + " and " + most);
        }
    }
}
