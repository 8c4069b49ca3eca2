// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * The Update Framework: keys, signatures, roles, metadata, and a whole client over an abstract fetcher.
 */
@NullMarked
package io.karst.remoteconfig.tuf;

import org.jspecify.annotations.NullMarked;
