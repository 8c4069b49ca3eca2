// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.asset;

import java.time.Instant;
import java.util.Optional;

/**
 * Result of the last load of an asset.
 *
 * @param name asset name
 * @param origin bundle or file that the asset was read from; empty if the asset was not found
 * @param outcome success, or kind of failure
 * @param btf source of the BTF that was used or tried last
 * @param detail the error in one line; empty on success
 * @param at time of the load
 */
public record AssetResult(
        String name, String origin, AssetOutcome outcome, Optional<BtfSource> btf, String detail, Instant at) {}
