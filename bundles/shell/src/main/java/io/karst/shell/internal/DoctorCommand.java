// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.ability.Ability;
import io.karst.ability.Ability.Need;
import io.karst.ability.AbilityProbe;
import io.karst.ability.Answer;
import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import io.karst.commands.Services;
import io.karst.commands.TextWidth;
import io.karst.commands.ViewCommand;
import io.karst.component.SafeText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.ansi.SimpleAnsi;

/** {@code karst:doctor}. */
@Service
@Command(
        scope = "karst",
        name = "doctor",
        description = "Checks what this kernel and this process support, and shows what to do about what is missing.",
        detailedDescription = "classpath:help/doctor.txt")
public final class DoctorCommand extends ViewCommand {
    private static final int LABEL = 9;
    private static final Comparator<Ability> WORST_FIRST = Comparator.comparing(Ability::need);

    /** Cards have the texts that a narrow terminal shortens. */
    static final Columns<Ability> COLUMNS = new Columns<>(
            List.of(
                    Column.<Ability>of("Check", "ability", "name of the check", Ability::ability)
                            .shortened(16),
                    Column.<Ability>of(
                            "Result",
                            "present",
                            "whether the check passed; null if that is not known, which evidence explains",
                            DoctorCommand::result,
                            DoctorCommand::known),
                    Column.<Ability>of("Found", "evidence", "what was tried, and the result", Ability::evidence)
                            .shortened(30)
                            .dropped(1),
                    Column.<Ability>of(
                                    "Impact",
                                    "effect",
                                    "what Karst cannot do without it",
                                    DoctorCommand::effect,
                                    Ability::effect)
                            .shortened(30)
                            .dropped(2),
                    Column.<Ability>of(
                                    "Fix",
                                    "remedy",
                                    "how to fix it; empty if present",
                                    DoctorCommand::remedy,
                                    Ability::remedy)
                            .shortened(30)
                            .dropped(3),
                    Column.field(
                            "need",
                            "REQUIRED (a stage waits without it), USEFUL, NONE (it explains other checks)",
                            Ability::need)),
            "No checks are available. See karst:flow");

    /** Whether to show the checks that passed, too. */
    @Option(name = "--all", description = "Show a table of all checks, with those that passed.")
    boolean all;

    @Override
    protected void run(Services services) throws CommandException, InterruptedException {
        List<Ability> abilities = abilities(services);
        if (isForScripts() || all) {
            print(
                    COLUMNS,
                    abilities,
                    abilities.stream().map(DoctorCommand::colour).toList());
            remark("");
        }
        remark(summary(abilities));
        abilities.stream().filter(Ability::matters).sorted(WORST_FIRST).forEach(this::show);
        if (all) {
            shortened(abilities, width()).forEach(this::show);
        }
        List<String> missing = abilities.stream()
                .filter(ability -> ability.need() == Need.REQUIRED && ability.answer() == Answer.NO)
                .map(Ability::ability)
                .toList();
        if (!missing.isEmpty() && !json) {
            throw new CommandException("Karst cannot work here without: " + String.join(", ", missing));
        }
    }

    /** All checks. */
    static List<Ability> abilities(Services services) {
        List<Ability> abilities = new ArrayList<>();
        abilities.add(started(services.stoppedBundles()));
        services.all(AbilityProbe.class, AbilityProbe::probeSafely).forEach(abilities::addAll);
        return abilities;
    }

    /**
     * Those that have no card for what is missing, and whose texts the table has not in full.
     *
     * @param width of the terminal; 0 if it is not known
     */
    static List<Ability> shortened(List<Ability> abilities, int width) {
        List<String> table = COLUMNS.lines(abilities, width);
        return abilities.stream()
                .filter(ability -> !ability.matters())
                .filter(ability -> Stream.of(ability.evidence(), effect(ability), remedy(ability))
                        .map(SafeText::of)
                        .anyMatch(text -> table.stream().noneMatch(line -> line.contains(text))))
                .toList();
    }

    /**
     * Whether all bundles of Karst are started.
     *
     * @param stopped symbolic names of those that are not
     */
    static Ability started(Set<String> stopped) {
        return stopped.isEmpty()
                ? new Ability("bundles started", true, "no bundle of Karst is stopped", "", "")
                : new Ability(
                        "bundles started",
                        false,
                        "stopped: " + String.join(", ", stopped),
                        "what they do is missing, also from these checks",
                        Readiness.start(stopped));
    }

    private void show(Ability ability) {
        remark("");
        remark(ability.ability() + ": " + result(ability), SimpleAnsi.INTENSITY_BOLD + colour(ability));
        card(ability, width()).forEach(this::remark);
    }

    /**
     * What was found, what that costs, and what to do.
     *
     * @param width of the terminal; 0 if it is not known
     */
    static List<String> card(Ability ability, int width) {
        List<String> lines = new ArrayList<>();
        lines.addAll(labelled("Found", ability.evidence(), width));
        lines.addAll(labelled("Impact", effect(ability), width));
        lines.addAll(labelled("Fix", remedy(ability), width));
        return lines;
    }

    private static List<String> labelled(String label, String text, int width) {
        if (text.isEmpty()) {
            return List.of();
        }
        List<String> lines = new ArrayList<>();
        for (String line : width > 2 * LABEL ? TextWidth.wrapped(text, width - LABEL) : List.of(text)) {
            String before = lines.isEmpty() ? "  " + label : "";
            lines.add(before + " ".repeat(LABEL - before.length()) + line);
        }
        return lines;
    }

    private static String result(Ability ability) {
        return switch (ability.answer()) {
            case YES -> "ok";
            case NO -> ability.need() == Need.NONE ? "not needed" : "missing";
            case NOT_KNOWN -> "not known";
        };
    }

    private static Optional<Boolean> known(Ability ability) {
        return ability.answer() == Answer.NOT_KNOWN ? Optional.empty() : Optional.of(ability.present());
    }

    private static String effect(Ability ability) {
        return ability.present() ? "" : ability.effect();
    }

    private static String remedy(Ability ability) {
        return ability.present() ? "" : ability.remedy();
    }

    private static String colour(Ability ability) {
        return switch (ability.answer()) {
            case YES -> "";
            case NO -> ability.need() == Need.NONE ? "" : SimpleAnsi.COLOR_RED;
            case NOT_KNOWN -> SimpleAnsi.COLOR_YELLOW;
        };
    }

    static String summary(List<Ability> abilities) {
        List<Ability> needed = abilities.stream()
                .filter(ability -> ability.need() != Need.NONE)
                .toList();
        long failed = count(needed, Answer.NO);
        long unknown = count(needed, Answer.NOT_KNOWN);
        return count(needed, Answer.YES) + " of " + needed.size() + " checks passed"
                + (failed == 0 ? "" : ", " + failed + " failed")
                + (unknown == 0 ? "" : ", " + unknown + " not known");
    }

    private static long count(List<Ability> abilities, Answer answer) {
        return abilities.stream().filter(ability -> ability.answer() == answer).count();
    }
}
