// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import io.karst.ability.Ability;
import io.karst.ability.AbilityProbe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tells which BTF sources have something for this kernel. */
final class BtfProbe implements AbilityProbe {
    private final List<BtfOrigin> origins;
    private final PrivateFiles privateFiles;

    BtfProbe(List<BtfOrigin> origins, PrivateFiles privateFiles) {
        this.origins = origins;
        this.privateFiles = privateFiles;
    }

    @Override
    public List<Ability> probe() {
        List<String> evidence = new ArrayList<>();
        boolean present = false;
        for (BtfOrigin origin : origins) {
            try {
                Optional<BtfOrigin.Found> found = origin.find();
                found.flatMap(BtfOrigin.Found::temporary).ifPresent(privateFiles::delete);
                evidence.add(origin.describe() + ": " + (found.isPresent() ? "usable" : "nothing for this kernel"));
                present |= found.isPresent();
            } catch (IOException e) {
                evidence.add(origin.describe() + ": " + e.getMessage());
            }
        }
        return List.of(new Ability(
                "BTF for this kernel",
                present,
                String.join("; ", evidence),
                present ? "" : "no kernel program can be loaded, so no stage starts",
                present
                        ? ""
                        : "use a kernel with CONFIG_DEBUG_INFO_BTF, or set btf.file or btf.archive.directory"
                                + " in io.karst.coreassets"));
    }
}
