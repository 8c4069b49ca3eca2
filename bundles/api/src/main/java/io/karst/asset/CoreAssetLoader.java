// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.asset;

import java.util.List;
import java.util.function.BiFunction;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Finds BTF, reads and checks the object, and calls back with both. A bundle contributes an asset by the capability
 * {@code io.karst.asset;io.karst.asset=NAME;path=PATH}. Thread-safe.
 */
@ProviderType
public interface CoreAssetLoader {

    /** Namespace of the capability that names an asset; attribute of the same name, and {@code path} in the bundle. */
    String CAPABILITY = "io.karst.asset";

    /**
     * Loads an asset.
     *
     * <p>The callback opens and loads the object and returns what it made of it; it runs once per BTF source until one
     * works, on the caller's thread, and owns whatever it opened: when it throws it has closed it.
     *
     * @param name asset name: letters, digits and {@code _}, 1 to 64 characters
     * @param callback gets the asset and the BTF to relocate it against
     * @throws AssetException if no source worked; the last error is its cause
     */
    <T> T load(String name, BiFunction<CoreAsset, BtfOptions, T> callback);

    /** The last result of every asset that was asked for, and of those contributed but not asked for none; by name. */
    List<AssetResult> results();
}
