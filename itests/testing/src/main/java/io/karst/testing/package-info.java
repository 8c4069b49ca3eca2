// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/** What the tests of several bundles need. */
@NullMarked
package io.karst.testing;

import org.jspecify.annotations.NullMarked;
