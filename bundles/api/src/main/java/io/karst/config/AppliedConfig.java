// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config;

/**
 * A configuration in force and whether its listeners applied it.
 *
 * @param config the file
 * @param state what the server is told
 * @param reason why, if a listener failed; else empty
 */
public record AppliedConfig(RemoteConfig config, ApplyState state, String reason) {}
