// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * Pushes the metrics by the OpenTelemetry protocol.
 */
@NullMarked
package io.karst.otlp.internal;

import org.jspecify.annotations.NullMarked;
