// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.testing;

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
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Loads the compiled assets from the class path against the running kernel's BTF.
 *
 * @param build number of the build; 0 for the real one, others have the same programs and another digest
 */
public record ClasspathAssets(int build) implements CoreAssetLoader {

    /** The running kernel's own BTF. */
    public static final BtfOptions KERNEL_BTF = new BtfOptions(BtfSource.KERNEL, Optional.empty());

    /** The assets as they were built. */
    public ClasspathAssets() {
        this(0);
    }

    /**
     * The compiled asset of the bundle {@code bpf}.
     *
     * @param name of the asset
     * @throws AssetException if there is none
     */
    public static byte[] content(String name) {
        return bytes("/karst/assets/" + name + ".bpf.o");
    }

    /**
     * An object file as an asset.
     *
     * @param name of the asset
     * @param resource absolute path on the class path
     * @throws AssetException if there is none
     */
    public static CoreAsset read(String name, String resource) {
        return asset(name, bytes(resource));
    }

    private static byte[] bytes(String resource) {
        try (InputStream in = ClasspathAssets.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new AssetException(AssetOutcome.ASSET_READ, resource + " is not on the class path");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static CoreAsset asset(String name, byte[] content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return new CoreAsset(name, "class path", HexFormat.of().formatHex(digest), content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public <T> T load(String name, BiFunction<CoreAsset, BtfOptions, T> callback) {
        byte[] content = content(name);
        // bytes behind the last section belong to nothing
        CoreAsset asset = asset(name, Arrays.copyOf(content, content.length + build));
        try {
            return callback.apply(asset, KERNEL_BTF);
        } catch (BpfException e) {
            throw new AssetException(AssetOutcome.LOADER, name + ": " + e.getMessage(), e);
        }
    }

    @Override
    public List<AssetResult> results() {
        return List.of();
    }
}
