// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/** Stands in for the commands of stopped bundles. */
@NullMarked
package io.karst.commands.internal;

import org.jspecify.annotations.NullMarked;
