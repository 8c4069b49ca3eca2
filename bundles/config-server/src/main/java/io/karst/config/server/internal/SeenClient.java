// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.AgentDetails;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.CachedFile;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.FileHash;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Report;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.State;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.TracerDetails;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.UpdaterDetails;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.server.PublishedConfig;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is kept of a request: everything in it was chosen by the client, so every text and every list is cut.
 *
 * @param shown the client
 * @param leftOut how many of its configurations' states were left out
 * @param bytes about how much memory this takes
 */
record SeenClient(Client shown, int leftOut, long bytes) {

    private static final int TEXT_LENGTH = 256;
    private static final int REASON_LENGTH = 1000;
    private static final int LIST_SIZE = 64;
    private static final int OPAQUE_BYTES = 256;
    private static final int REPORTS_BYTES = 32 * 1024;
    private static final int REPORT_BYTES = 150;
    private static final int OBJECT_BYTES = 500;

    /**
     * Cuts a request.
     *
     * @param request valid
     * @param offered what is published: an answer about other content under the same version does not count
     */
    static SeenClient of(ConfigRequest request, Collection<PublishedConfig> offered) {
        Client client = request.client().orElseThrow();
        State state = client.state().orElseThrow();
        List<Report> reports = new ArrayList<>();
        int bytes = 0;
        for (Report report : counted(request, state.configStates(), offered)) {
            Report cut = cut(report);
            bytes += REPORT_BYTES
                    + 2
                            * (cut.id().length()
                                    + cut.product().length()
                                    + cut.applyError().length());
            if (bytes > REPORTS_BYTES) {
                break;
            }
            reports.add(cut);
        }
        State told = new State(
                state.rootVersion(),
                state.targetsVersion(),
                reports,
                state.hasError(),
                cut(state.error(), REASON_LENGTH),
                cut(state.backendClientState()));
        Client shown = new Client(
                Optional.of(told),
                client.id(),
                cut(client.products()),
                client.isTracer(),
                client.tracer().map(SeenClient::cut),
                client.isAgent(),
                client.agent().map(SeenClient::cut),
                client.isUpdater(),
                client.updater().map(updater -> new UpdaterDetails(cut(updater.tags()), updater.availableDiskSpace())),
                0,
                cut(client.capabilities()));
        long size = OBJECT_BYTES + 2 * new ConfigRequest(Optional.of(shown), List.of()).wireBytes();
        return new SeenClient(shown, state.configStates().size() - reports.size(), size);
    }

    /** The same with the time of its request. */
    Client seenAt(Instant at) {
        return new Client(
                shown.state(),
                shown.id(),
                shown.products(),
                shown.isTracer(),
                shown.tracer(),
                shown.isAgent(),
                shown.agent(),
                shown.isUpdater(),
                shown.updater(),
                at.getEpochSecond(),
                shown.capabilities());
    }

    /** Identity is content: what a client applied under the same version, but is not what is offered, does not count as applied. */
    private static List<Report> counted(
            ConfigRequest request, List<Report> reports, Collection<PublishedConfig> offered) {
        Map<String, String> held = new HashMap<>();
        for (CachedFile file : request.cachedFiles()) {
            ConfigPath.find(file.path())
                    .ifPresent(path -> file.hashes().stream()
                            .filter(hash -> hash.algorithm().equals("sha256"))
                            .map(FileHash::hash)
                            .forEach(sha256 -> held.put(path.product() + "/" + path.id(), sha256)));
        }
        Map<String, PublishedConfig> current = new HashMap<>();
        offered.forEach(config ->
                current.put(config.path().product() + "/" + config.path().id(), config));
        List<Report> counted = new ArrayList<>();
        for (Report report : reports) {
            String name = report.product() + "/" + report.id();
            PublishedConfig config = current.get(name);
            String sha256 = held.get(name);
            boolean other = config != null
                    && sha256 != null
                    && config.version() == report.version()
                    && !config.sha256().equals(sha256);
            counted.add(
                    other
                            ? new Report(
                                    report.id(),
                                    report.version(),
                                    report.product(),
                                    ApplyState.UNACKNOWLEDGED,
                                    "holds other content under this version: sha256 " + sha256)
                            : report);
        }
        return counted;
    }

    private static Report cut(Report report) {
        return new Report(
                cut(report.id(), TEXT_LENGTH),
                report.version(),
                cut(report.product(), TEXT_LENGTH),
                report.applyState(),
                cut(report.applyError(), REASON_LENGTH));
    }

    private static TracerDetails cut(TracerDetails tracer) {
        return new TracerDetails(
                cut(tracer.runtimeId(), TEXT_LENGTH),
                cut(tracer.language(), TEXT_LENGTH),
                cut(tracer.tracerVersion(), TEXT_LENGTH),
                cut(tracer.service(), TEXT_LENGTH),
                cut(tracer.env(), TEXT_LENGTH),
                cut(tracer.appVersion(), TEXT_LENGTH),
                cut(tracer.tags()));
    }

    private static AgentDetails cut(AgentDetails agent) {
        return new AgentDetails(
                cut(agent.name(), TEXT_LENGTH),
                cut(agent.version(), TEXT_LENGTH),
                cut(agent.clusterName(), TEXT_LENGTH),
                cut(agent.clusterId(), TEXT_LENGTH),
                cut(agent.cwsWorkloads()));
    }

    private static List<String> cut(List<String> texts) {
        return texts.stream()
                .limit(LIST_SIZE)
                .map(text -> cut(text, TEXT_LENGTH))
                .toList();
    }

    private static String cut(String text, int length) {
        return text.length() > length ? text.substring(0, length - 1) + "\u2026" : text;
    }

    private static Bytes cut(Bytes bytes) {
        return bytes.size() > OPAQUE_BYTES ? Bytes.EMPTY : bytes;
    }
}
