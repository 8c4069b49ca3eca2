// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import io.karst.ability.Ability;
import io.karst.ability.AbilityProbe;
import io.karst.asset.AssetResult;
import io.karst.asset.BtfOptions;
import io.karst.asset.CoreAsset;
import io.karst.asset.CoreAssetLoader;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import org.osgi.framework.BundleContext;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads the assets that bundles or the operator provide. */
public final class CoreAssetService implements CoreAssetLoader, AbilityProbe, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CoreAssetService.class);

    private final TrustedRead files;
    private final BundleContributions contributions;
    private final PrivateFiles privateFiles;
    private final Unpacker unpacker = new Unpacker();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile AssetLoading loading;
    private volatile BtfProbe probe;

    /** What an operator may set; see {@code etc/io.karst.coreassets.cfg}. */
    @ObjectClassDefinition(name = "Karst CO-RE assets")
    public @interface Config {
        /** BTF to use before any other: raw, .gz, .xz or .tar.xz; empty for none. */
        @AttributeDefinition(name = "BTF file")
        String btf_file() default "";

        /** Packaged BTF in the layout of the BTFHub archive; empty for none. */
        @AttributeDefinition(name = "BTF archive directory")
        String btf_archive_directory() default "";

        /** Objects NAME.bpf.o that take the place of those in bundles; empty for none. */
        @AttributeDefinition(name = "Asset directory")
        String asset_directory() default "";
    }

    CoreAssetService(BundleContext context, TrustedRead files, Settings settings) {
        this.files = files;
        privateFiles = new PrivateFiles(Path.of(System.getProperty("java.io.tmpdir")));
        contributions = new BundleContributions(context);
        List<BtfOrigin> origins = origins(settings);
        loading = new AssetLoading(reader(settings), origins, privateFiles, InstantSource.system());
        probe = new BtfProbe(origins, privateFiles);
    }

    /** What is loaded stays; the next load goes by the changed settings. */
    void change(Settings settings) {
        List<BtfOrigin> origins = origins(settings);
        loading = loading.from(reader(settings), origins);
        probe = new BtfProbe(origins, privateFiles);
        LOG.info("settings changed: {} from the next load on", settings);
    }

    private List<BtfOrigin> origins(Settings settings) {
        return new BtfOrigins(files, privateFiles, unpacker).inOrder(settings, BtfOrigins.Machine.running());
    }

    private AssetReader reader(Settings settings) {
        return new AssetReader(settings.assetDirectory(), files, contributions, unpacker);
    }

    @Override
    public <T> T load(String name, BiFunction<CoreAsset, BtfOptions, T> callback) {
        if (closed.get()) {
            throw new IllegalStateException("the asset loader is closed");
        }
        return loading.load(name, callback);
    }

    @Override
    public List<AssetResult> results() {
        return loading.results();
    }

    @Override
    public List<Ability> probe() {
        return probe.probe();
    }

    /** Deletes what loads left behind and stops listening to bundles. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            contributions.close();
            privateFiles.close();
        }
    }
}
