// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.commands.Arguments;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.server.SignedRepository;
import java.util.List;
import java.util.Set;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.support.CommandException;

/** A command about one configuration, named by product and id. */
abstract class PathCommand extends ServerCommand {

    static final String JSON = "--json";

    @Option(name = JSON, description = "Print one JSON document instead of lines. docs/commands.md names the fields.")
    boolean json;

    @Argument(name = "product", description = "Product, such as KARST_CONTENTION", required = true)
    @Completion(ProductCompleter.class)
    private String product = "";

    @Argument(index = 1, name = "id", description = "Configuration id", required = true)
    @Completion(IdCompleter.class)
    private String id = "";

    final ConfigPath path() {
        return ConfigPath.of(product, id);
    }

    /**
     * A path where something was published.
     *
     * @throws IllegalArgumentException if nothing was
     */
    static ConfigPath known(SignedRepository repository, ConfigPath path) {
        if (!repository.paths().contains(path)) {
            throw new IllegalArgumentException(name(path) + " was never published. karst:config-list shows what is");
        }
        return path;
    }

    /**
     * Options behind the arguments: Karaf reads only those in front of the first one.
     *
     * @throws CommandException if there is anything else
     */
    static Arguments behind(List<String> words, Set<String> valued) throws CommandException {
        Arguments typed = Arguments.of(words, Set.of(JSON), valued);
        if (!typed.words().isEmpty()) {
            throw new CommandException("Unknown argument " + typed.words().get(0) + ". See --help");
        }
        return typed;
    }

    /** Value of an option. */
    static int number(String option, String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    option + " needs a number, not " + (value.isEmpty() ? "nothing" : value), e);
        }
    }

    static String name(ConfigPath path) {
        return path.product() + "/" + path.id();
    }
}
