// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.health.internal;

import io.karst.ability.Ability;
import io.karst.ability.Answer;
import io.karst.component.SafeText;
import io.karst.config.ConfigReport;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.felix.hc.api.FormattingResultLog;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.Result.Status;
import org.apache.felix.hc.api.ResultLog;

/** Results of health checks, from what the services of Karst report. Texts of others are made safe. */
final class Checks {

    /** Name of the stage that gets remote configurations. */
    static final String CONFIG_STAGE = "config-poller";

    /** The server of Karst signs again ten days before its list expires. */
    private static final Duration SOON = Duration.ofDays(3);

    private static final String NO_REMOTE_CONFIGURATION = "remote configuration is not installed";

    private Checks() {}

    /** Whether Java threads wait for each other for ever, which only a restart ends. */
    static Result live(long... deadlocked) {
        return deadlocked.length == 0
                ? result(Status.OK, "no Java threads are deadlocked")
                : result(Status.CRITICAL, deadlocked.length + " Java threads are deadlocked: restart Karaf");
    }

    /** Whether all stages, and the snapshots of contention, are there. */
    static Result ready(List<StageReport> stages, boolean contention) {
        List<StageReport> needed = stages.stream().filter(StageReport::isStage).toList();
        ResultLog log = new FormattingResultLog();
        if (needed.isEmpty()) {
            log.add(entry(Status.TEMPORARILY_UNAVAILABLE, "no stage is installed"));
        }
        needed.forEach(stage -> log.add(entry(status(stage), text(stage))));
        if (!contention) {
            log.add(entry(Status.TEMPORARILY_UNAVAILABLE, "contention: not ready"));
        }
        return new Result(log);
    }

    /** One stage, or a service beside the stages. */
    static Result stage(String name, List<StageReport> stages) {
        return stages.stream()
                .filter(stage -> stage.name().equals(name))
                .findFirst()
                .map(stage -> result(status(stage), text(stage)))
                .orElseGet(() -> result(Status.TEMPORARILY_UNAVAILABLE, name + ": not installed any more"));
    }

    private static Status status(StageReport stage) {
        return switch (stage.state()) {
            case READY -> Status.OK;
            case WAITING -> Status.TEMPORARILY_UNAVAILABLE;
            case FAILED -> Status.CRITICAL;
        };
    }

    private static String text(StageReport stage) {
        String why = stage.state() == StageState.WAITING
                ? " for " + String.join(", ", stage.waitingFor())
                : stage.lastError().map(error -> ": " + error).orElse("");
        return stage.name() + ": " + stage.state() + why;
    }

    /** Whether the configuration in force is that of the server. */
    static Result fresh(Optional<ConfigReport> config, List<StageReport> stages) {
        if (config.isEmpty()) {
            return notThere(stages);
        }
        ConfigReport report = config.get();
        String since = report.state() + " since " + report.since();
        return switch (report.state()) {
            case READY -> result(Status.OK, since);
            case DISABLED -> result(Status.OK, since + ": switched off");
            case CONNECTING -> result(Status.WARN, since + ": the server has not answered yet");
            case STALE, EXPIRED, ERROR ->
                result(
                        Status.CRITICAL,
                        since + report.lastError().map(error -> ": " + error).orElse(""));
        };
    }

    private static Result notThere(List<StageReport> stages) {
        return stages.stream().noneMatch(stage -> stage.name().equals(CONFIG_STAGE))
                ? result(Status.OK, NO_REMOTE_CONFIGURATION)
                : stage(CONFIG_STAGE, stages);
    }

    /** How long the signed list of configurations is valid. */
    static Result metadata(Optional<ConfigReport> config, List<StageReport> stages, Instant now) {
        if (config.isEmpty()) {
            return notThere(stages);
        }
        Optional<Instant> expires = config.get().expires();
        if (expires.isEmpty()) {
            return result(Status.OK, "no list of configurations was received yet");
        }
        Duration left = Duration.between(now, expires.get());
        if (left.isNegative() || left.isZero()) {
            return result(Status.CRITICAL, "the list of configurations expired at " + expires.get());
        }
        return result(
                left.compareTo(SOON) < 0 ? Status.WARN : Status.OK,
                "the list of configurations expires at " + expires.get() + ", in " + days(left));
    }

    private static String days(Duration left) {
        return left.toDays() > 0 ? left.toDays() + " days" : left.toHours() + " h";
    }

    /** Certificates of the configuration client and server, which report their dates themselves. */
    static Result certificates(List<Ability> abilities) {
        ResultLog log = new FormattingResultLog();
        for (Ability ability : abilities) {
            if (ability.ability().contains("certificate") || ability.ability().contains("trust anchor")) {
                log.add(entry(
                        ability.answer() == Answer.YES ? Status.OK : Status.WARN,
                        ability.ability() + ": " + ability.evidence()));
            }
        }
        return log.iterator().hasNext() ? new Result(log) : result(Status.OK, "no certificate is used");
    }

    /** A result of one line. */
    static Result result(Status status, String text) {
        return new Result(status, SafeText.of(text));
    }

    private static ResultLog.Entry entry(Status status, String text) {
        return new ResultLog.Entry(status, SafeText.of(text));
    }
}
