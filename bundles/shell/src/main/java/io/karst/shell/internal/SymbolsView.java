// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.karst.symbol.KernelSymbol;
import io.karst.symbol.SymbolStatus;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.support.table.ShellTable;

/** Symbols as JSON and as a table. */
final class SymbolsView {

    private SymbolsView() {}

    static JsonArray json(List<KernelSymbol> symbols) {
        JsonArray array = new JsonArray();
        for (KernelSymbol symbol : symbols) {
            boolean found = symbol.status() == SymbolStatus.FOUND;
            JsonObject object = new JsonObject();
            object.addProperty("name", symbol.name());
            object.add("address", Json.optional(found ? Optional.of(Units.hex(symbol.address())) : Optional.empty()));
            object.addProperty("offset", symbol.offset());
            object.addProperty("module", symbol.module());
            object.addProperty("status", symbol.status().name());
            object.addProperty("source", symbol.source());
            array.add(object);
        }
        return array;
    }

    static ShellTable table(List<KernelSymbol> symbols) {
        ShellTable table = new ShellTable().emptyTableText("no symbol was asked for");
        table.column("Symbol");
        table.column("Address").alignRight();
        table.column("Module");
        table.column("Status");
        table.column("Source");
        for (KernelSymbol symbol : symbols) {
            boolean found = symbol.status() == SymbolStatus.FOUND;
            table.addRow()
                    .addContent(
                            symbol.offset() == 0 ? symbol.name() : symbol.name() + "+" + Units.hex(symbol.offset()),
                            found ? Units.hex(symbol.address()) : "",
                            symbol.module(),
                            Units.words(symbol.status()),
                            symbol.source());
        }
        return table;
    }
}
