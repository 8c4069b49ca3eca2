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
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * The assets on the class path as another build of them would be: the same programs with another digest.
 *
 * @param build number of the build; 0 for the real one
 */
record OtherAssets(int build) implements CoreAssetLoader {

    @Override
    public <T> T load(String name, BiFunction<CoreAsset, BtfOptions, T> callback) {
        byte[] content = ClasspathAssets.content(name);
        // bytes behind the last section are nobody's
        byte[] other = Arrays.copyOf(content, content.length + build);
        try {
            return callback.apply(
                    ClasspathAssets.asset(name, other), new BtfOptions(BtfSource.KERNEL, Optional.empty()));
        } catch (BpfException e) {
            throw new AssetException(AssetOutcome.LOADER, name + ": " + e.getMessage(), e);
        }
    }

    @Override
    public List<AssetResult> results() {
        return List.of();
    }
}
