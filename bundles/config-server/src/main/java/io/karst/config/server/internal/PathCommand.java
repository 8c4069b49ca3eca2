// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.remoteconfig.ConfigPath;
import java.io.IOException;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Completion;

/** A change of one configuration, named by product and id. */
abstract class PathCommand extends ServerCommand {

    @Argument(name = "product", description = "Product, such as KARST_CONTENTION", required = true)
    @Completion(ProductCompleter.class)
    private String product = "";

    @Argument(index = 1, name = "id", description = "Configuration id", required = true)
    @Completion(IdCompleter.class)
    private String id = "";

    @Override
    final void run(ConfigServer running) throws IOException {
        String done = change(running.store(), ConfigPath.of(product, id));
        println(done + "; targets version " + running.store().current().targetsVersion());
    }

    /**
     * Makes the change.
     *
     * @return what was done, in a word
     * @throws IOException if a file cannot be read or written
     */
    abstract String change(SignedStore store, ConfigPath path) throws IOException;
}
