// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import io.karst.remoteconfig.ApplyState;
import io.karst.remoteconfig.VerifiedConfig;

/**
 * A configuration in force, and how far applying it is.
 *
 * @param config verified
 * @param applyState what a listener said last about this version
 * @param applyError why it failed; empty otherwise
 */
public record HeldConfig(VerifiedConfig config, ApplyState applyState, String applyError) {}
