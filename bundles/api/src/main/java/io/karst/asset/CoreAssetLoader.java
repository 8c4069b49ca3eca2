// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.asset;

import java.util.List;
import java.util.function.BiFunction;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Reads compiled BPF objects (assets), finds BTF for them, and passes both to a callback. A bundle offers an asset by the
 * capability {@code io.karst.asset;io.karst.asset=NAME;path=PATH}. Thread-safe.
 */
@ProviderType
public interface CoreAssetLoader {

    /**
     * Namespace of the capability. The attribute of the same name is the asset's name, {@code path} is its path in the bundle.
     */
    String CAPABILITY = "io.karst.asset";

    /**
     * Loads an asset.
     *
     * <p>The callback loads the object into the kernel and returns its result. It runs on the caller's thread, once for each
     * BTF source until one works. If the callback throws, it has to close first whatever it opened.
     *
     * @param name asset name: letters, digits and {@code _}, 1 to 64 characters
     * @param callback receives the asset and the BTF to relocate the asset against
     * @throws AssetException if no source worked; the last error is its cause
     */
    <T> T load(String name, BiFunction<CoreAsset, BtfOptions, T> callback);

    /** The result of the last load of each asset, sorted by name; includes failed loads. */
    List<AssetResult> results();
}
