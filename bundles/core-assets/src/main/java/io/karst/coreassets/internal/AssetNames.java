// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import java.util.regex.Pattern;

/** The names an asset may have: safe as a file's base name. */
final class AssetNames {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]{1,64}");

    private AssetNames() {}

    static boolean isValid(String name) {
        return NAME.matcher(name).matches();
    }

    static void requireValid(String name) {
        if (!isValid(name)) {
            String shown = name.length() > 64 ? name.substring(0, 64) + "…" : name;
            throw new IllegalArgumentException(
                    "asset name '" + shown + "' is not 1 to 64 letters, digits and underscores");
        }
    }
}
