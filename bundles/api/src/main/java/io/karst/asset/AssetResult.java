// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.asset;

import java.time.Instant;
import java.util.Optional;

/**
 * Record of the last load of an asset.
 *
 * @param name asset name
 * @param origin bundle or file it was read from; empty if it was not found
 * @param outcome what became of it
 * @param btf BTF source used or last tried
 * @param detail what was wrong, one line; empty on success
 * @param at when
 */
public record AssetResult(
        String name, String origin, AssetOutcome outcome, Optional<BtfSource> btf, String detail, Instant at) {}
