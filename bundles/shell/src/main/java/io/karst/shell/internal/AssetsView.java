// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.karst.asset.AssetResult;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.apache.karaf.shell.support.table.ShellTable;

/** Results of asset loads as JSON and as a table. */
final class AssetsView {
    private static final int DETAIL_WIDTH = 60;

    private AssetsView() {}

    static JsonArray json(List<AssetResult> results) {
        JsonArray array = new JsonArray();
        for (AssetResult result : results) {
            JsonObject object = new JsonObject();
            object.addProperty("name", result.name());
            object.addProperty("origin", result.origin());
            object.addProperty("outcome", result.outcome().name());
            object.add("btf", Json.optional(result.btf().map(Enum::name)));
            object.addProperty("detail", result.detail());
            object.addProperty("at", result.at().toString());
            array.add(object);
        }
        return array;
    }

    static ShellTable table(List<AssetResult> results, Instant now, ZoneId zone) {
        ShellTable table = new ShellTable().emptyTableText("no asset has been asked for yet");
        table.column("Asset");
        table.column("Outcome");
        table.column("BTF");
        table.column("At");
        table.column("Origin");
        table.column("Detail");
        for (AssetResult result : results) {
            table.addRow()
                    .addContent(
                            result.name(),
                            Units.words(result.outcome()),
                            result.btf().map(Units::words).orElse(""),
                            Units.moment(result.at(), now, zone),
                            result.origin(),
                            Units.firstLine(result.detail(), DETAIL_WIDTH));
        }
        return table;
    }
}
