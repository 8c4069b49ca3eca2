// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;

/** Checks what an operator typed. */
final class Words {

    private Words() {}

    /**
     * Finds a constant by its name, upper and lower case alike.
     *
     * @throws CommandException if there is none; lists those there are
     */
    static <E extends Enum<E>> E parse(Class<E> type, String option, String word) throws CommandException {
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equalsIgnoreCase(word)) {
                return constant;
            }
        }
        String allowed = Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
        throw new CommandException(option + " " + word + ": it is one of " + allowed);
    }

    /**
     * Checks a number.
     *
     * @throws CommandException if it is outside
     */
    static void range(String option, @Nullable Integer value, int least, int most) throws CommandException {
        if (value != null && (value < least || value > most)) {
            throw new CommandException(option + " " + value + ": it is a number from " + least + " to " + most);
        }
    }
}
