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
import io.karst.commands.Units;
import io.karst.commands.ViewCommand;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
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
    private static final int TEXT_WIDTH = 44;
    private static final int LABEL = 9;
    private static final Comparator<Ability> WORST_FIRST = Comparator.comparing(Ability::need);

    /** Whether to show the checks that passed, too. */
    @Option(name = "--all", description = "Show a table of all checks, with those that passed.")
    boolean all;

    @Override
    protected void run(Services services) throws CommandException, InterruptedException {
        List<Ability> abilities = services.all(AbilityProbe.class, DoctorCommand::probe).stream()
                .flatMap(List::stream)
                .toList();
        if (json || noFormat || all) {
            print(columns(isTerminal()), abilities);
            remark("");
        }
        remark(summary(abilities));
        if (!all) {
            abilities.stream().filter(Ability::matters).sorted(WORST_FIRST).forEach(this::show);
        }
        List<String> missing = abilities.stream()
                .filter(ability -> ability.need() == Need.REQUIRED && ability.answer() == Answer.NO)
                .map(Ability::ability)
                .toList();
        if (!missing.isEmpty() && !json) {
            throw new CommandException("Karst cannot work here without: " + String.join(", ", missing));
        }
    }

    private void show(Ability ability) {
        remark("");
        remark(ability.ability() + ": " + result(ability), SimpleAnsi.INTENSITY_BOLD + colour(result(ability)));
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
        lines.addAll(labelled("Impact", ability.effect(), width));
        lines.addAll(labelled("Fix", ability.remedy(), width));
        return lines;
    }

    private static List<String> labelled(String label, String text, int width) {
        if (text.isEmpty()) {
            return List.of();
        }
        List<String> lines = new ArrayList<>();
        for (String line : width > 2 * LABEL ? Units.wrapped(text, width - LABEL) : List.of(text)) {
            String before = lines.isEmpty() ? "  " + label : "";
            lines.add(before + " ".repeat(LABEL - before.length()) + line);
        }
        return lines;
    }

    /** Runs a probe. A probe that throws becomes a failed check, so that the others are still shown. */
    @SuppressWarnings("IllegalCatch") // one bad probe must not hide the others
    private static List<Ability> probe(AbilityProbe probe) {
        try {
            return probe.probe();
        } catch (RuntimeException e) {
            return List.of(new Ability(
                    probe.getClass().getSimpleName(),
                    Answer.NOT_KNOWN,
                    "the probe itself failed: " + e,
                    "the result of this check is unknown",
                    "report this error, with the log"));
        }
    }

    static Columns<Ability> columns(boolean coloured) {
        return new Columns<Ability>(
                List.of(
                        Column.of("Check", "ability", "name of the check", Ability::ability),
                        Column.of(
                                        "Result",
                                        "present",
                                        "whether the check passed; null if that is not known, which evidence explains",
                                        DoctorCommand::result,
                                        DoctorCommand::known)
                                .looking(column -> column.colorProvider(coloured ? DoctorCommand::colour : null)),
                        wrapped(
                                "Found",
                                "evidence",
                                "what was tried, and the result",
                                Ability::evidence,
                                Ability::evidence),
                        wrapped(
                                "Impact",
                                "effect",
                                "what Karst cannot do without it",
                                DoctorCommand::effect,
                                Ability::effect),
                        wrapped(
                                "Fix",
                                "remedy",
                                "how to fix it; empty if present",
                                DoctorCommand::remedy,
                                Ability::remedy),
                        Column.field(
                                "need",
                                "REQUIRED (a stage waits without it), USEFUL, NONE (it explains other checks)",
                                Ability::need)),
                "No checks are available. See karst:flow");
    }

    private static Column<Ability> wrapped(
            String heading,
            String jsonName,
            String description,
            Function<Ability, String> cell,
            Function<Ability, String> value) {
        return Column.of(heading, jsonName, description, cell, value)
                .looking(column -> column.maxSize(TEXT_WIDTH).wrap());
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

    private static String colour(String result) {
        return switch (result) {
            case "missing" -> SimpleAnsi.COLOR_RED;
            case "not known" -> SimpleAnsi.COLOR_YELLOW;
            default -> SimpleAnsi.COLOR_DEFAULT;
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
