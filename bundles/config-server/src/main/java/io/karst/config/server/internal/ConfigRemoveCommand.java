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
        description = "Takes a configuration back; clients go back to what they had without it.")
public final class ConfigRemoveCommand extends PathCommand {

    /** Called by Karaf, once per execution. */
    public ConfigRemoveCommand() {}

    @Override
    String change(SignedStore store, ConfigPath path) throws IOException {
        store.remove(path);
        return "removed";
    }
}
