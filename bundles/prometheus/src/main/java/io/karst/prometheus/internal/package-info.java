// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * The metrics for Prometheus to scrape.
 */
@NullMarked
package io.karst.prometheus.internal;

import org.jspecify.annotations.NullMarked;
