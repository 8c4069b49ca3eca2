// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.flow.internal;

import io.karst.ability.Ability;
import io.karst.ability.AbilityProbe;
import io.karst.component.AtomicFile;
import io.karst.component.SafeText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Whether Karst can keep files: names of deleted maps, the history, what is in force of remote configuration. */
@Component(name = "io.karst.flow.data-folder")
public final class DataFolderProbe implements AbilityProbe {
    private static final int BYTES = 64 * 1_024;

    private final Path folder;

    /** Looks when it is asked. */
    @Activate
    public DataFolderProbe(BundleContext context) {
        this(Path.of(context.getProperty("karaf.data") == null ? "data" : context.getProperty("karaf.data"), "karst"));
    }

    DataFolderProbe(Path folder) {
        this.folder = folder;
    }

    /** One at a time: all use the same file. */
    @Override
    public synchronized List<Ability> probe() {
        Path file = folder.resolve("doctor");
        boolean written = true;
        String found = "a file of 64 KiB was written and deleted in " + folder;
        try {
            new AtomicFile(file).write(ByteBuffer.allocate(BYTES));
            Files.delete(file);
        } catch (IOException e) {
            written = false;
            found = SafeText.of(e.getMessage());
        }
        return List.of(new Ability(
                "data folder writable",
                written,
                found,
                "names of deleted maps, the history and new remote configuration are lost at the next restart",
                "make space on the disk, or let Karaf's user write there; Karst tries again by itself"));
    }
}
