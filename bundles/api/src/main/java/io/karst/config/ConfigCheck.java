// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config;

import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Checks configurations of some products before they are signed. Register it as a service beside a {@link ConfigListener}: where a
 * configuration is published, each check of its product is asked first. It changes nothing, and should depend on nothing that can be missing.
 */
@ConsumerType
public interface ConfigCheck {

    /** The products whose configurations it checks, product names. */
    Set<String> products();

    /**
     * Checks a file.
     *
     * @param content the file; treat as read-only
     * @throws ConfigRefusedException if the listener would refuse it; the message says why
     */
    void check(byte[] content) throws ConfigRefusedException;
}
