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

/** Loads assets of bundles and of the operator. */
public final class CoreAssetService implements CoreAssetLoader, AbilityProbe, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CoreAssetService.class);

    private final BundleAssets bundles;
    private final PrivateFiles privateFiles;
    private final Unpacker unpacker;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile AssetLoading loading;

    /** What an operator may set; see {@code etc/io.karst.coreassets.cfg}. */
    @ObjectClassDefinition(
            name = "Karst: kernel programs",
            description = "Where BTF and compiled kernel programs are read from")
    public @interface Config {
        /** BTF to use before any other: raw, .gz, .xz or .tar.xz; empty for none. */
        @AttributeDefinition(
                name = "BTF file",
                description = "BTF to use first: raw, .gz, .xz or .tar.xz. It must belong to root. Empty: none")
        String btf_file() default "";

        /** Packaged BTF in the layout of the BTFHub archive; empty for none. */
        @AttributeDefinition(
                name = "BTF archive directory",
                description = "Directory with the layout of the BTFHub archive. It must belong to root. Empty: none")
        String btf_archive_directory() default "";

        /** Objects NAME.bpf.o that take the place of those in bundles; empty for none. */
        @AttributeDefinition(
                name = "Asset directory",
                description =
                        "Directory with kernel programs NAME.bpf.o that replace those in the bundles. It must belong to"
                                + " root. Empty: none")
        String asset_directory() default "";
    }

    CoreAssetService(BundleContext context, Unpacker.FileReader files, Settings settings) {
        unpacker = new Unpacker(files, Unpacker.MAX_BYTES);
        privateFiles = new PrivateFiles(Path.of(System.getProperty("java.io.tmpdir")));
        bundles = new BundleAssets(context);
        loading = new AssetLoading(reader(settings), sources(settings), InstantSource.system());
    }

    /** Applies changed settings from the next load on. Loaded assets stay. */
    void change(Settings settings) {
        loading = loading.from(reader(settings), sources(settings));
        LOG.info("settings changed: {} from the next load on", settings);
    }

    private BtfSources sources(Settings settings) {
        return new BtfSources(settings, BtfSources.Machine.running(), unpacker, privateFiles);
    }

    private AssetReader reader(Settings settings) {
        return new AssetReader(settings.assetDirectory(), bundles::offers, unpacker);
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
        return loading.probe();
    }

    /** Deletes the temporary files and stops tracking bundles. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            bundles.close();
            privateFiles.close();
        }
    }
}
