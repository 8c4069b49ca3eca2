// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.web.internal;

import io.karst.ability.Ability;
import io.karst.ability.AbilityProbe;
import io.karst.ability.Answer;
import io.karst.config.ConfigClients;
import io.karst.config.ConfigListeners;
import io.karst.config.ConfigListeners.Status;
import io.karst.config.ConfigReport;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** State of Karst itself as JSON: stages, checks, remote configuration. Fields have the names that the commands' JSON gives them. */
final class SystemView {
    /** Most clients of a document: the most recently seen. */
    private static final int MAX_CLIENTS = 200;

    private SystemView() {}

    /** The document of {@code flow}. */
    static Json flow(List<StageReport> stages) {
        return new Json()
                .put("ready", !stages.isEmpty() && stages.stream().allMatch(stage -> stage.state() == StageState.READY))
                .put(
                        "stages",
                        Json.each(
                                stages,
                                stage -> new Json()
                                        .put("order", stage.order())
                                        .put("name", stage.name())
                                        .put("bundle", stage.bundle())
                                        .put("state", stage.state())
                                        .put("since", stage.since())
                                        .put("durationMillis", stage.duration().toMillis())
                                        .put("waitingFor", stage.waitingFor())
                                        .put("lastError", stage.lastError())));
    }

    /** The document of {@code doctor}. Runs all checks. */
    static Json doctor(List<AbilityProbe> probes) {
        List<Ability> checks = new ArrayList<>();
        probes.forEach(probe -> checks.addAll(probe.probeSafely()));
        List<Ability> needed = checks.stream()
                .filter(check -> check.need() != Ability.Need.NONE)
                .toList();
        return new Json()
                .put("passed", count(needed, Answer.YES))
                .put("failed", count(needed, Answer.NO))
                .put("notKnown", count(needed, Answer.NOT_KNOWN))
                .put(
                        "checks",
                        Json.each(
                                checks,
                                check -> new Json()
                                        .put("ability", check.ability())
                                        .put("answer", check.answer())
                                        .put("evidence", check.evidence())
                                        .put("effect", check.present() ? "" : check.effect())
                                        .put("remedy", check.present() ? "" : check.remedy())
                                        .put("need", check.need())));
    }

    private static long count(List<Ability> checks, Answer answer) {
        return checks.stream().filter(check -> check.answer() == answer).count();
    }

    /** The document of {@code configuration}. */
    static Json configuration(ConfigReport report, List<Status> listeners) {
        return new Json()
                .put("available", true)
                .put("reason", "")
                .put("state", report.state())
                .put("since", report.since())
                .put("server", report.source())
                .put("client", report.clientId())
                .put("rootVersion", report.rootVersion())
                .put("targetsVersion", report.targetsVersion())
                .put("expires", report.expires())
                .put("lastSuccess", report.lastSuccess())
                .put("lastError", report.lastError())
                .put("storage", report.storage())
                .put(
                        "configurations",
                        Json.each(
                                report.configs(),
                                applied -> new Json()
                                        .put("product", applied.config().product())
                                        .put("id", applied.config().id())
                                        .put("path", applied.config().path())
                                        .put("version", applied.config().version())
                                        .put("sha256", applied.config().sha256())
                                        .put("bytes", applied.config().size())
                                        .put("state", applied.state().name().toLowerCase(Locale.ROOT))
                                        .put("reason", applied.reason())))
                .put("listeners", Json.each(listeners, SystemView::listener));
    }

    private static Json listener(Status listener) {
        return new Json()
                .put("name", listener.name())
                .put("products", listener.products().stream().sorted().toList())
                .put("state", listener.last().map(last -> last.state().name().toLowerCase(Locale.ROOT)))
                .put("product", listener.last().map(ConfigListeners.Outcome::product))
                .put("id", listener.last().map(ConfigListeners.Outcome::id))
                .put("version", listener.last().map(ConfigListeners.Outcome::version))
                .put("reason", listener.last().map(ConfigListeners.Outcome::reason));
    }

    /** The document of {@code clients}. */
    static Json clients(List<ConfigClients.Status> seen) {
        return new Json()
                .put("available", true)
                .put("reason", "")
                .put(
                        "clients",
                        Json.each(
                                seen.stream().limit(MAX_CLIENTS).toList(),
                                client -> new Json()
                                        .put("name", client.name())
                                        .put("client", client.id())
                                        .put("labels", client.labels())
                                        .put("seen", client.at())
                                        .put("gone", client.gone())
                                        .put("targetsVersion", client.targetsVersion())
                                        .put("applied", client.applied())
                                        .put("pending", client.pending())
                                        .put("rejected", client.rejected())
                                        .put("error", client.error())))
                .put("omitted", Math.max(0, seen.size() - MAX_CLIENTS));
    }
}
