// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.asset.AssetResult;
import io.karst.asset.CoreAssetLoader;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code karst:assets}. */
@Service
@Command(
        scope = "karst",
        name = "assets",
        description = "Lists the compiled kernel programs: where each came from, the BTF it was relocated against, and"
                + " what became of its load.")
public final class AssetsCommand extends KarstCommand {

    /** Called by Karaf, once per execution. */
    public AssetsCommand() {}

    @Override
    void run(Services services) throws CommandException, InterruptedException {
        List<AssetResult> results = services.require(CoreAssetLoader.class, "core-assets", CoreAssetLoader::results);
        if (json) {
            print(AssetsView.json(results));
        } else {
            print(AssetsView.table(results, Instant.now(), ZoneId.systemDefault()));
        }
    }
}
