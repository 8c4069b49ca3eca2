// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/** The embedded configuration server: keys, repository, clients, and the commands that change them. */
@NullMarked
package io.karst.config.server.internal;

import org.jspecify.annotations.NullMarked;
