// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.remoteconfig.ConfigPath;
import java.io.IOException;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code karst:config-remove}. */
@Service
@Command(
        scope = "karst",
        name = "config-remove",
        description = "Withdraws a configuration; clients return to their local settings.")
public final class ConfigRemoveCommand extends PathCommand {

    @Override
    String change(SignedStore store, ConfigPath path) throws IOException {
        store.remove(path);
        return "removed";
    }
}
