// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig;

/** What a server says of its own repository. The order is the number on the wire. */
public enum ConfigStatus {
    /** 0: the repository is current. */
    OK,
    /** 1: the repository's signatures have expired; the answer carries no configuration. */
    EXPIRED
}
