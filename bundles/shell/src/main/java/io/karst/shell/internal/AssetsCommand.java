// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.asset.AssetResult;
import io.karst.asset.CoreAssetLoader;
import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import io.karst.commands.Services;
import io.karst.commands.ViewCommand;
import io.karst.component.Units;
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
        description = "Lists the compiled kernel programs: origin, BTF used for relocation, and result of the load.",
        detailedDescription = "classpath:help/assets.txt")
public final class AssetsCommand extends ViewCommand {
    private static final String OUTCOME =
            "SUCCESS_CUSTOM, SUCCESS_KERNEL, SUCCESS_PACKAGED by the origin of its BTF; BTF_NOT_FOUND,"
                    + " ASSET_READ (missing, not trusted, damaged), VERIFIER (the kernel refused a program), LOADER (anything else)";
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
                        Column.<AssetResult>of("Asset", "name", "asset", AssetResult::name)
                                .shortened(12),
                        Column.field(
                                "origin", "bundle or file it was read from; empty if not found", AssetResult::origin),
                        Column.<AssetResult>of(
                                        "Outcome",
                                        "outcome",
                                        OUTCOME,
                                        result -> Units.words(result.outcome()),
                                        AssetResult::outcome)
                                .shortened(10),
                        Column.<AssetResult>of(
                                        "BTF",
                                        "btf",
                                        "BTF that was used, or tried last: CUSTOM, KERNEL, PACKAGED",
                                        result -> result.btf().map(Units::words),
                                        AssetResult::btf)
                                .dropped(3),
                        Column.field("detail", "cause of the failure; empty on success", AssetResult::detail),
                        Column.<AssetResult>of(
                                        "At",
                                        "at",
                                        "time of the load",
                                        result -> Units.moment(result.at(), clock),
                                        AssetResult::at)
                                .dropped(4),
                        Column.<AssetResult>cell("Origin", "field origin", AssetResult::origin)
                                .shortened(12)
                                .dropped(2),
                        Column.<AssetResult>cell(
                                        "Detail",
                                        "first line of field detail",
                                        result -> Units.firstLine(result.detail(), DETAIL_WIDTH))
                                .shortened(20)
                                .dropped(1)),
                "No kernel program has been loaded yet");
    }
}
