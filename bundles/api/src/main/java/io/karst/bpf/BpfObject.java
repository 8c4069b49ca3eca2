// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.bpf;

import java.nio.file.Path;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * An opened BPF object file: first set sizes and settings, then {@link #load}, then use its maps and programs. Closing
 * it closes those and frees what is not attached or pinned. Owned by whoever opened it; not thread-safe before load.
 */
@ProviderType
public interface BpfObject extends AutoCloseable {

    /**
     * Names of its maps.
     *
     * @return in file order
     */
    List<String> mapNames();

    /**
     * Names of its programs.
     *
     * @return in file order
     */
    List<String> programNames();

    /**
     * Sets a map's size before load.
     *
     * @param map map name
     * @param entries most entries, at least 1
     */
    void setMaxEntries(String map, long entries);

    /**
     * Sets a {@code const volatile} global before load.
     *
     * @param variable its C name
     * @param value its value; must fit the variable's 1, 2, 4 or 8 bytes
     */
    void setReadOnlyVariable(String variable, long value);

    /**
     * Leaves a program out of the load, or takes it in.
     *
     * @param program program name
     * @param load whether it is loaded
     */
    void setAutoload(String program, boolean load);

    /**
     * Takes a pinned map in place of one that would be created; its type and sizes are then those of the pinned one.
     *
     * @param map map name; begins with a dot for a section of variables
     * @param pin where it is pinned
     * @throws BpfException if nothing is pinned there, or something other than a map
     */
    void reuseMap(String map, Path pin);

    /**
     * Loads programs and creates maps.
     *
     * @throws BpfException if the kernel refuses; carries the verifier's whole log. The object can only be closed then
     */
    void load();

    /**
     * A map of the loaded object.
     *
     * @param name its name
     * @return owned by this object
     * @throws IllegalArgumentException if there is none
     */
    BpfMap map(String name);

    /**
     * A program of the loaded object.
     *
     * @param name its name
     * @return owned by this object
     * @throws IllegalArgumentException if there is none or it was left out
     */
    BpfProgram program(String name);

    @Override
    void close();
}
