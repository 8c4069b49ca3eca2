// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig;

/**
 * What a client tells of one configuration.
 *
 * @param id configuration id, the path's last segment but one
 * @param version the target's {@code custom.v}
 * @param product product name
 * @param applyState how far it is
 * @param applyError why it failed; empty otherwise
 */
public record ConfigState(String id, long version, String product, ApplyState applyState, String applyError) {}
