// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * What the {@code karst} commands of the Karaf shell have in common: a base class, lookup of services, parsing of arguments,
 * and output as a table or as JSON.
 */
@Export
@NullMarked
@Version("1.0.0")
package io.karst.commands;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
