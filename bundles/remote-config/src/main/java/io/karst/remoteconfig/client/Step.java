// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

/**
 * The result of one step of the client.
 *
 * @param outcome what the response did
 * @param next the state from now on
 */
public record Step(Outcome outcome, RemoteConfigClientState next) {}
