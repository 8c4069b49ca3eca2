// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig;

/**
 * A file as a server sends it; nothing about it is verified yet.
 *
 * @param path target path
 * @param raw content
 */
public record TargetFile(String path, Bytes raw) {}
