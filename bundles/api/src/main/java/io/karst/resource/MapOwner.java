// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.resource;

/**
 * A program or process that keeps a map alive.
 *
 * @param type program or process
 * @param id program id or process id
 * @param name program name or the process's command name
 */
public record MapOwner(Type type, int id, String name) {

    /** Type of an owner. */
    public enum Type {
        /** A loaded BPF program that uses the map. */
        PROGRAM,
        /** A process that holds a descriptor of the map. */
        PROCESS
    }
}
