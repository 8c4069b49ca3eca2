// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.remoteconfig.ConfigPath;
import java.io.IOException;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code karst:config-rollback}. */
@Service
@Command(
        scope = "karst",
        name = "config-rollback",
        description = "Publishes the previous content of a configuration again, as a new version.")
public final class ConfigRollbackCommand extends PathCommand {

    @Override
    String change(SignedStore store, ConfigPath path) throws IOException {
        store.rollback(path);
        return "rolled back";
    }
}
