// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** Stage 5: the verified configuration in force. Thread-safe. */
@ProviderType
public interface ConfigUpdates {

    /**
     * What is in force of a product. A listener that arrives late asks this once.
     *
     * @return by path
     */
    List<RemoteConfig> current(String product);

    /** Everything about it. */
    ConfigReport report();
}
