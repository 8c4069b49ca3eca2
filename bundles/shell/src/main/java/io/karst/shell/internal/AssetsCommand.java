// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.asset.AssetResult;
import io.karst.asset.CoreAssetLoader;
import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import io.karst.commands.Services;
import io.karst.commands.Units;
import io.karst.commands.ViewCommand;
import java.time.Clock;
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
        description = "Lists the compiled kernel programs: origin, BTF used for relocation, and result of the load.")
public final class AssetsCommand extends ViewCommand {
    private static final int DETAIL_WIDTH = 60;

    @Override
    protected void run(Services services) throws CommandException, InterruptedException {
        print(
                columns(Clock.system(ZoneId.systemDefault())),
                services.require(CoreAssetLoader.class, "core-assets", CoreAssetLoader::results));
    }

    static Columns<AssetResult> columns(Clock clock) {
        return new Columns<AssetResult>(
                List.of(
                        Column.of("Asset", "name", AssetResult::name),
                        Column.field("origin", AssetResult::origin),
                        Column.of("Outcome", "outcome", result -> Units.words(result.outcome()), AssetResult::outcome),
                        Column.of("BTF", "btf", result -> result.btf().map(Units::words), AssetResult::btf),
                        Column.field("detail", AssetResult::detail),
                        Column.of("At", "at", result -> Units.moment(result.at(), clock), AssetResult::at),
                        Column.cell("Origin", AssetResult::origin),
                        Column.cell("Detail", result -> Units.firstLine(result.detail(), DETAIL_WIDTH))),
                "No kernel program has been loaded yet");
    }
}
