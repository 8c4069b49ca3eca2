// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * Verified remote configuration: what is in force, how a bundle hears of changes, and how it answers.
 *
 * <p>Everything handed out here was signed by enough keys, complete and unexpired when it was accepted. A change travels
 * on EventAdmin under {@link io.karst.config.ConfigChange.ConfigTopics}; the answer travels back on a topic of its own.
 */
@Export
@NullMarked
@Version("1.1.0")
package io.karst.config;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
