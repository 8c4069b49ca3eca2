// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import io.karst.asset.AssetException;
import io.karst.asset.AssetOutcome;
import io.karst.asset.AssetResult;
import io.karst.asset.BtfOptions;
import io.karst.asset.BtfSource;
import io.karst.asset.CoreAsset;
import io.karst.asset.CoreAssetLoader;
import io.karst.bpf.BpfException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** Loads the compiled assets from the class path against the running kernel's BTF. */
final class Assets implements CoreAssetLoader {
    static final BtfOptions KERNEL = new BtfOptions(BtfSource.KERNEL, Optional.empty());

    @Override
    public <T> T load(String name, BiFunction<CoreAsset, BtfOptions, T> callback) {
        try {
            return callback.apply(read(name, "/karst/assets/" + name + ".bpf.o"), KERNEL);
        } catch (BpfException e) {
            throw new AssetException(AssetOutcome.LOADER, String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public List<AssetResult> results() {
        return List.of();
    }

    static CoreAsset read(String name, String resource) {
        try (InputStream in = Assets.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new AssetException(AssetOutcome.ASSET_READ, resource + " is missing");
            }
            return new CoreAsset(name, resource, "", in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
