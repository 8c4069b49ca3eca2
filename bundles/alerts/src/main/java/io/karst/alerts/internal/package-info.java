// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * Fires alerts on contended locks: by log, event, JMX and webhook.
 */
@NullMarked
package io.karst.alerts.internal;

import org.jspecify.annotations.NullMarked;
