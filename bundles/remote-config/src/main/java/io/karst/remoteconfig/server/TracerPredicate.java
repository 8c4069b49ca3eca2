// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.TracerDetails;
import io.karst.remoteconfig.Label;
import java.util.List;
import java.util.Optional;

/**
 * Which clients a configuration is for: every field that is not empty has to match. Only the server evaluates this, before it answers.
 * The protocol's fields stand in the signed list, too; name and labels, which the protocol does not have, are kept by the server alone.
 * The protocol's fields other than the client's id match tracers only.
 *
 * @param clientId the client's id
 * @param service service name
 * @param environment environment
 * @param appVersion version of the application
 * @param tracerVersion a semantic version constraint, such as {@code >=1.2.0, <2}
 * @param language programming language
 * @param runtimeId id of the process
 * @param name name of an agent
 * @param labels of which the client has to have all
 */
public record TracerPredicate(
        String clientId,
        String service,
        String environment,
        String appVersion,
        String tracerVersion,
        String language,
        String runtimeId,
        String name,
        List<Label> labels) {

    /** The protocol's fields alone. */
    public TracerPredicate(
            String clientId,
            String service,
            String environment,
            String appVersion,
            String tracerVersion,
            String language,
            String runtimeId) {
        this(clientId, service, environment, appVersion, tracerVersion, language, runtimeId, "", List.of());
    }

    /** Checks the version constraint, and copies the list. */
    public TracerPredicate {
        labels = List.copyOf(labels);
        if (!tracerVersion.isEmpty() && VersionConstraint.find(tracerVersion).isEmpty()) {
            throw new IllegalArgumentException("no version constraint: " + tracerVersion);
        }
    }

    /** Whether a client is meant. */
    boolean matches(Client client) {
        if (!isWanted(clientId, client.id()) || !isWanted(name, client.name()) || !hasLabels(client.tags())) {
            return false;
        }
        if (client.tracer().isEmpty()) {
            return (service + environment + appVersion + tracerVersion + language + runtimeId).isEmpty();
        }
        TracerDetails tracer = client.tracer().get();
        return isWanted(service, tracer.service())
                && isWanted(environment, tracer.env())
                && isWanted(appVersion, tracer.appVersion())
                && isWanted(language, tracer.language())
                && isWanted(runtimeId, tracer.runtimeId())
                && matchesVersion(tracer.tracerVersion());
    }

    private boolean hasLabels(List<String> tags) {
        return labels.stream().map(Label::tag).allMatch(tags::contains);
    }

    private static boolean isWanted(String wanted, String found) {
        return wanted.isEmpty() || wanted.equals(found);
    }

    /** A version that is not a semantic one satisfies no constraint. */
    private boolean matchesVersion(String found) {
        Optional<VersionConstraint> wanted = VersionConstraint.find(tracerVersion);
        return wanted.isEmpty()
                || SemanticVersion.find(found).filter(wanted.get()::holds).isPresent();
    }
}
