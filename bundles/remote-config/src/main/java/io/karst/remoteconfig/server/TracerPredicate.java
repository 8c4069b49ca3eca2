// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.TracerDetails;
import java.util.Optional;

/**
 * Which clients a configuration is for: every field that is not empty has to match. Fields other than the client's id match tracers
 * only.
 *
 * @param clientId the client's id
 * @param service service name
 * @param environment environment
 * @param appVersion version of the application
 * @param tracerVersion a semantic version constraint, such as {@code >=1.2.0, <2}
 * @param language programming language
 * @param runtimeId id of the process
 */
public record TracerPredicate(
        String clientId,
        String service,
        String environment,
        String appVersion,
        String tracerVersion,
        String language,
        String runtimeId) {

    /** Checks the version constraint. */
    public TracerPredicate {
        if (!tracerVersion.isEmpty() && VersionConstraint.find(tracerVersion).isEmpty()) {
            throw new IllegalArgumentException("no version constraint: " + tracerVersion);
        }
    }

    /** Whether a client is meant. */
    boolean matches(Client client) {
        if (!isWanted(clientId, client.id())) {
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
