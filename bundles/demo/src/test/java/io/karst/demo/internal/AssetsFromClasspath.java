// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.demo.internal;

import io.karst.asset.AssetResult;
import io.karst.asset.BtfOptions;
import io.karst.asset.BtfSource;
import io.karst.asset.CoreAsset;
import io.karst.asset.CoreAssetLoader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** Loads compiled assets that lie on the class path, against the kernel's own BTF. */
final class AssetsFromClasspath implements CoreAssetLoader {

    @Override
    public <T> T load(String name, BiFunction<CoreAsset, BtfOptions, T> callback) {
        String path = "/karst/assets/" + name + ".bpf.o";
        try (InputStream in = AssetsFromClasspath.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalArgumentException("no " + path + " on the class path");
            }
            CoreAsset asset = new CoreAsset(name, path, "", in.readAllBytes());
            return callback.apply(asset, new BtfOptions(BtfSource.KERNEL, Optional.empty()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<AssetResult> results() {
        return List.of();
    }
}
