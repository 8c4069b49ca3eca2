// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import io.karst.remoteconfig.ConfigState;
import io.karst.remoteconfig.Refusal;

/**
 * A configuration that was refused while others of the same update applied (only with {@link ClientPolicy#partial}).
 *
 * @param path its path, as the server wrote it
 * @param refusal why
 * @param report what the server is told
 */
public record RefusedConfig(String path, Refusal refusal, ConfigState report) {}
