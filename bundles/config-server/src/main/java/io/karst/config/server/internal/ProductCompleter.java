// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.server.SignedRepository;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Completes products: Karst's own, and those of what was ever published. */
@Service
public final class ProductCompleter extends StoredCompleter {

    /** Called by Karaf. */
    public ProductCompleter() {}

    @Override
    Collection<String> words(Optional<SignedRepository> repository, List<String> before) {
        TreeSet<String> products = new TreeSet<>(List.of("KARST_CONTENTION", "KARST_CONFIGADMIN"));
        repository.ifPresent(
                stored -> stored.paths().stream().map(ConfigPath::product).forEach(products::add));
        return products;
    }
}
