// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig;

/**
 * A listener's outcome for one configuration.
 *
 * @param path target path
 * @param version the version it was applied for; an outcome for another version than the held one is dropped
 * @param state normally {@link ApplyState#ACKNOWLEDGED} or {@link ApplyState#ERROR}
 * @param reason why it failed; empty otherwise
 */
public record ApplyReport(String path, long version, ApplyState state, String reason) {}
