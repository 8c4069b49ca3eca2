// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * Tells other systems how Karst is: health checks, MBeans, events of changes, and JFR events.
 */
@NullMarked
package io.karst.health.internal;

import org.jspecify.annotations.NullMarked;
