// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * JSON as signed metadata needs it: a strict parser and the OLPC canonical form.
 */
@NullMarked
package io.karst.remoteconfig.format;

import org.jspecify.annotations.NullMarked;
