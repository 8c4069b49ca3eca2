// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/** OSGi configurations from remote configuration: applied, confirmed, or put back. */
@NullMarked
package io.karst.listener.configadmin.internal;

import org.jspecify.annotations.NullMarked;
