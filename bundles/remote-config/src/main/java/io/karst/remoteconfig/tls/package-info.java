// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * Certificates and private keys in the forms that configuration servers use: one PEM file with both, and self-signed.
 */
@Export
@NullMarked
@Version("1.0.0")
package io.karst.remoteconfig.tls;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
