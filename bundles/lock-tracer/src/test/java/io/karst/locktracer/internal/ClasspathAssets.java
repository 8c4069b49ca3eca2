// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

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
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** Loads the assets on the class path against the running kernel's BTF. */
final class ClasspathAssets implements CoreAssetLoader {

    static byte[] content(String name) {
        try (InputStream in = ClasspathAssets.class.getResourceAsStream("/karst/assets/" + name + ".bpf.o")) {
            if (in == null) {
                throw new AssetException(AssetOutcome.ASSET_READ, name + " is not on the class path");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static CoreAsset asset(String name, byte[] content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return new CoreAsset(name, "class path", HexFormat.of().formatHex(digest), content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public <T> T load(String name, BiFunction<CoreAsset, BtfOptions, T> callback) {
        try {
            return callback.apply(asset(name, content(name)), new BtfOptions(BtfSource.KERNEL, Optional.empty()));
        } catch (BpfException e) {
            throw new AssetException(AssetOutcome.LOADER, name + ": " + e.getMessage(), e);
        }
    }

    @Override
    public List<AssetResult> results() {
        return List.of();
    }
}
