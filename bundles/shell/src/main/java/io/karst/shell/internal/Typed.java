// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import java.util.ArrayList;
import java.util.List;
import org.apache.karaf.shell.support.CommandException;

/**
 * Arguments with options among them taken out. Karaf reads options only in front of the first argument, but people also
 * write {@code karst:maps flows --json}.
 *
 * @param words what is left
 * @param json whether {@code --json} was there
 * @param noFormat whether {@code --no-format} was there
 */
record Typed(List<String> words, boolean json, boolean noFormat) {

    /**
     * Sorts arguments out.
     *
     * @throws CommandException if there is an option that no command has
     */
    static Typed of(List<String> arguments) throws CommandException {
        List<String> words = new ArrayList<>();
        for (String word : arguments) {
            boolean known = word.equals("--json") || word.equals("--no-format");
            if (word.startsWith("--") && !known) {
                throw new CommandException("undefined option " + word + ": --help shows those there are");
            }
            if (!known) {
                words.add(word);
            }
        }
        return new Typed(List.copyOf(words), arguments.contains("--json"), arguments.contains("--no-format"));
    }
}
