// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.alerts.internal;

import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import io.karst.commands.Services;
import io.karst.commands.ViewCommand;
import io.karst.component.Units;
import io.karst.contention.LockTracer;
import io.karst.contention.LockVisibility.Visibility;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.ansi.SimpleAnsi;

/** {@code karst:alerts}. */
@Service
@Command(
        scope = "karst",
        name = "alerts",
        description = "Shows the alerts on contended locks: state, since when, last value and threshold.",
        detailedDescription = "classpath:help/alerts.txt")
public final class AlertsCommand extends ViewCommand {

    @Override
    protected void run(Services services) throws CommandException, InterruptedException {
        List<AlertStatus> alerts = services.require(Alerts.class, "alerts", Alerts::status);
        print(
                columns(Clock.system(ZoneId.systemDefault())),
                alerts,
                alerts.stream().map(AlertsCommand::colour).toList());
        alerts.stream()
                .map(AlertStatus::why)
                .filter(why -> !why.isEmpty())
                .distinct()
                .forEach(why -> remark("Not known: " + why));
        alerts.stream()
                .filter(alert -> alert.leftOut() > 0)
                .map(alert -> "Alert " + alert.rule().name() + ": " + alert.leftOut()
                        + " more locks are above the threshold than it follows")
                .distinct()
                .forEach(this::remark);
        services.ifPresent(LockTracer.class, LockTracer::visibility).orElse(List.of()).stream()
                .filter(family -> family.visibility() != Visibility.FULL)
                .map(family ->
                        (family.visibility() == Visibility.BLIND ? "No alert can fire on " : "An alert may miss ")
                                + family.limit() + ". See karst:doctor")
                .forEach(this::remark);
    }

    private static String colour(AlertStatus alert) {
        return switch (alert.state()) {
            case FIRING -> SimpleAnsi.COLOR_RED;
            case PENDING, NOT_KNOWN -> SimpleAnsi.COLOR_YELLOW;
            case INACTIVE -> "";
        };
    }

    static Columns<AlertStatus> columns(Clock clock) {
        List<Column<AlertStatus>> columns = new ArrayList<>(alert(clock));
        columns.addAll(figures());
        return new Columns<>(columns, "No alerts. Add one to etc/io.karst.alerts.cfg");
    }

    /** Which alert it is, and which lock it follows. */
    private static List<Column<AlertStatus>> alert(Clock clock) {
        return List.of(
                Column.<AlertStatus>of(
                                "Alert",
                                "alert",
                                "its name in etc/io.karst.alerts.cfg; a line for each lock above the threshold",
                                alert -> alert.rule().name())
                        .shortened(10),
                Column.<AlertStatus>of(
                        "State",
                        "state",
                        "INACTIVE, PENDING (above the threshold, not yet for long enough), FIRING, NOT_KNOWN"
                                + " (the counters cannot be read)",
                        alert -> Units.words(alert.state()),
                        AlertStatus::state),
                Column.<AlertStatus>of(
                                "Since",
                                "since",
                                "when this state began",
                                alert -> Units.moment(alert.since(), clock),
                                AlertStatus::since)
                        .dropped(2),
                Column.field(
                        "firedAt",
                        "when it began to fire; null if it does not. An alert whose state is not known is not"
                                + " resolved by that",
                        AlertStatus::firedAt),
                Column.<AlertStatus>of(
                                "Map",
                                "map",
                                "name and id of the map; null if nothing is above the threshold",
                                ofLock(LockAlert::mapName))
                        .shortened(8),
                Column.<AlertStatus>of("Id", "mapId", ofLock(lock -> lock.map().id()))
                        .right()
                        .dropped(4),
                Column.<AlertStatus>of(
                                "Lock",
                                "kind",
                                "kind of lock; null as before",
                                ofLock(lock -> Units.words(lock.kind())),
                                ofLock(LockAlert::kind))
                        .shortened(8));
    }

    /** What it compares. */
    private static List<Column<AlertStatus>> figures() {
        return List.of(
                Column.<AlertStatus>field(
                        "measure",
                        "what is compared: share (of the time of all CPUs, lost waiting), p99 (99th percentile of"
                                + " the waits), rate (waits per second)",
                        alert -> alert.rule().measure().word()),
                Column.<AlertStatus>of(
                        "Value",
                        "value",
                        "value of the last second, and threshold: 0 to 1, ns, or waits per second; without a"
                                + " lock the largest value; null if nothing was measured",
                        alert -> text(alert, alert.value()),
                        alert -> number(alert.value())),
                Column.<AlertStatus>of(
                        "Threshold",
                        "threshold",
                        "",
                        alert -> text(alert, OptionalDouble.of(alert.rule().threshold())),
                        alert -> alert.rule().threshold()),
                Column.<AlertStatus>of(
                                "For",
                                "forMillis",
                                "how long it has to be above the threshold, ms",
                                alert -> Units.duration(alert.rule().time()),
                                alert -> alert.rule().time().toMillis())
                        .dropped(3),
                Column.<AlertStatus>of(
                                "Maps",
                                "mapPattern",
                                "maps and kinds of lock that it is about",
                                alert -> alert.rule().map().text())
                        .shortened(4)
                        .dropped(5),
                Column.<AlertStatus>field(
                        "kindPattern", alert -> alert.rule().kind().text()),
                Column.field("why", "why the state is not known; empty if it is", AlertStatus::why),
                Column.field(
                        "leftOut",
                        "number of further locks above the threshold; an alert follows " + Evaluation.MOST_LOCKS,
                        AlertStatus::leftOut));
    }

    private static <R> Function<AlertStatus, Optional<R>> ofLock(Function<LockAlert, R> read) {
        return alert -> alert.lock().map(read);
    }

    private static String text(AlertStatus alert, OptionalDouble value) {
        return value.isPresent() ? alert.rule().measure().text(value.getAsDouble()) : "";
    }

    private static Optional<Double> number(OptionalDouble value) {
        return value.isPresent() ? Optional.of(value.getAsDouble()) : Optional.empty();
    }
}
