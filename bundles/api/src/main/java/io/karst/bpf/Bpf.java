// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.bpf;

import io.karst.asset.BtfOptions;
import io.karst.asset.CoreAsset;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.osgi.annotation.versioning.ProviderType;

/** The kernel's BPF, through libbpf. Registered only when libbpf 1.1 or later and the needed capabilities are there. */
@ProviderType
public interface Bpf {

    /** What the kernel numbers. */
    enum Type {
        /** Maps. */
        MAP,
        /** Programs. */
        PROGRAM,
        /** Links. */
        LINK,
        /** BTF objects. */
        BTF
    }

    /**
     * The library's version.
     *
     * @return such as {@code 1.1.2}
     */
    String libraryVersion();

    /**
     * CPUs the kernel can ever have, which sizes per-CPU values.
     *
     * @return at least 1
     */
    int possibleCpus();

    /**
     * Opens an object from memory.
     *
     * @param asset the object
     * @param btf what to relocate it against
     * @return object that the caller closes
     * @throws BpfException if it is no BPF object of this machine's kind
     */
    BpfObject open(CoreAsset asset, BtfOptions btf);

    /**
     * Opens an object from a file.
     *
     * @param file ELF file
     * @param btf what to relocate it against
     * @return object that the caller closes
     * @throws BpfException if it is no BPF object of this machine's kind
     */
    BpfObject open(Path file, BtfOptions btf);

    /**
     * Creates a map.
     *
     * @param spec what to create
     * @return map that the caller closes
     */
    BpfMap createMap(MapSpec spec);

    /**
     * The next id in the kernel, to walk all of a kind.
     *
     * @param type what to walk
     * @param after the last id, 0 for the first
     * @return the next, or empty at the end
     */
    OptionalInt nextId(Type type, int after);

    /**
     * Opens a map by its id. Not for program arrays of others: the kernel (seen with 6.18) never frees one that is opened and
     * closed by its id while its last descriptor is closed.
     *
     * @param id map id
     * @return map that the caller closes, or empty if it is gone
     */
    Optional<BpfMap> mapById(int id);

    /**
     * Opens a program by its id.
     *
     * @param id program id
     * @return program that the caller closes, or empty if it is gone
     */
    Optional<BpfProgram> programById(int id);

    /**
     * Describes a link.
     *
     * @param id link id
     * @return info, or empty if it is gone
     */
    Optional<LinkInfo> linkInfo(int id);

    /**
     * Describes a BTF object.
     *
     * @param id BTF id
     * @return info, or empty if it is gone
     */
    Optional<BtfInfo> btfInfo(int id);

    /**
     * Opens a pinned map.
     *
     * @param path pin
     * @return map that the caller closes
     */
    BpfMap pinnedMap(Path path);

    /**
     * Opens a pinned program.
     *
     * @param path pin
     * @return program that the caller closes
     */
    BpfProgram pinnedProgram(Path path);

    /**
     * Opens a pinned link.
     *
     * @param path pin
     * @return link that the caller closes
     */
    BpfLink pinnedLink(Path path);

    /**
     * Claims a directory for this process. The claim ends when it is closed, or with the process, however that ends.
     *
     * @param directory existing directory, also on a BPF file system
     * @return the claim, or empty if somebody else has it
     */
    Optional<DirectoryClaim> claim(Path directory);
}
