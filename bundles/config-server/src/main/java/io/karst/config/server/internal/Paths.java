// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.remoteconfig.ConfigPath;

/** Where this server puts a configuration. */
final class Paths {

    private Paths() {}

    /**
     * The path of a configuration of this server: it has no organisations.
     *
     * @param product product name
     * @param id configuration id
     * @return {@code employee/<product>/<id>/config}
     * @throws io.karst.remoteconfig.RefusedException if that is no path
     */
    static ConfigPath of(String product, String id) {
        return ConfigPath.parse("employee/" + product + "/" + id + "/config");
    }
}
