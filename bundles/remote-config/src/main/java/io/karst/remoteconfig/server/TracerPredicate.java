// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

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
        String runtimeId) {}
