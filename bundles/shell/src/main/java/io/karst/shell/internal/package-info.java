// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * The {@code karst} commands of the Karaf shell. Each reads services of the api and prints them as a table or as JSON.
 */
@NullMarked
package io.karst.shell.internal;

import org.jspecify.annotations.NullMarked;
