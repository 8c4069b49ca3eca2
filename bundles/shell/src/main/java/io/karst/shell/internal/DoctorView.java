// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.karst.ability.Ability;
import io.karst.ability.AbilityProbe;
import java.util.List;
import org.apache.karaf.shell.support.ansi.SimpleAnsi;
import org.apache.karaf.shell.support.table.Col;
import org.apache.karaf.shell.support.table.ShellTable;

/** Abilities as JSON and as a table. */
final class DoctorView {
    private static final int TEXT_WIDTH = 44;

    private DoctorView() {}

    /** Asks a probe; one that breaks its promise not to throw becomes a missing ability, and the others still speak. */
    @SuppressWarnings("IllegalCatch") // one bad probe must not hide the others
    static List<Ability> probe(AbilityProbe probe) {
        try {
            return probe.probe();
        } catch (RuntimeException e) {
            return List.of(new Ability(
                    probe.getClass().getSimpleName(),
                    false,
                    "the probe itself failed: " + e,
                    "what it would have told is unknown",
                    "report it together with the log"));
        }
    }

    static JsonArray json(List<Ability> abilities) {
        JsonArray array = new JsonArray();
        for (Ability ability : abilities) {
            JsonObject object = new JsonObject();
            object.addProperty("ability", ability.ability());
            object.addProperty("present", ability.present());
            object.addProperty("evidence", ability.evidence());
            object.addProperty("effect", ability.effect());
            object.addProperty("remedy", ability.remedy());
            array.add(object);
        }
        return array;
    }

    static ShellTable table(List<Ability> abilities, boolean coloured) {
        ShellTable table =
                new ShellTable().emptyTableText("nothing here probes abilities: karst:flow shows what is missing");
        table.column("Ability");
        Col present = table.column("Present");
        if (coloured) {
            present.colorProvider(DoctorView::colour);
        }
        table.column("Evidence").maxSize(TEXT_WIDTH).wrap();
        table.column("Effect").maxSize(TEXT_WIDTH).wrap();
        table.column("Remedy").maxSize(TEXT_WIDTH).wrap();
        for (Ability ability : abilities) {
            table.addRow()
                    .addContent(
                            ability.ability(),
                            ability.present() ? "yes" : "no",
                            ability.evidence(),
                            ability.present() ? "" : ability.effect(),
                            ability.present() ? "" : ability.remedy());
        }
        return table;
    }

    private static String colour(String present) {
        return present.startsWith("no") ? SimpleAnsi.COLOR_RED : SimpleAnsi.COLOR_DEFAULT;
    }

    static String summary(List<Ability> abilities) {
        long missing = abilities.stream().filter(ability -> !ability.present()).count();
        return missing == 0
                ? "all " + abilities.size() + " abilities are present"
                : "missing: " + missing + " of " + abilities.size() + " abilities";
    }
}
