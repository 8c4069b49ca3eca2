// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.bpf;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.osgi.annotation.versioning.ProviderType;

/** The kernel's BPF, through libbpf. Registered only when libbpf 1.1 or later and the needed capabilities are there. */
@ProviderType
public interface Bpf {

    /** What the kernel numbers and {@link #nextId} walks. */
    enum Type {
        /** Maps. */
        MAP,
        /** Programs. */
        PROGRAM
    }

    /** CPUs the kernel can ever have, which sizes per-CPU values. */
    int possibleCpus();

    /**
     * Loads an object: creates its maps and loads its programs. Leaves nothing behind when it throws.
     *
     * @return object that the caller closes
     * @throws BpfException if it is no BPF object of this machine's kind, a pin cannot be reused, or the kernel refuses it;
     *     carries the verifier's whole log
     * @throws IllegalArgumentException if the spec names what the object does not have, or a value does not fit
     */
    BpfObject load(ObjectSpec spec);

    /** Creates a map. The caller closes it. */
    BpfMap createMap(MapSpec spec);

    /**
     * The next id in the kernel, to walk all of a kind.
     *
     * @param after the last id, 0 for the first
     * @return the next, or empty at the end
     */
    OptionalInt nextId(Type type, int after);

    /**
     * Opens a map by its id. Not for program arrays of others: the kernel (seen with 6.18) never frees one that is opened and
     * closed by its id while its last descriptor is closed.
     *
     * @return map that the caller closes, or empty if it is gone
     */
    Optional<BpfMap> mapById(int id);

    /** Opens a program by its id; empty if it is gone. The caller closes it. */
    Optional<BpfProgram> programById(int id);

    /** Describes a link; empty if it is gone. */
    Optional<LinkInfo> linkInfo(int id);

    /** Opens a pinned map. The caller closes it. */
    BpfMap pinnedMap(Path path);

    /** Opens a pinned link. The caller closes it. */
    BpfLink pinnedLink(Path path);

    /**
     * Claims a directory for this process. The claim ends when it is closed, or with the process, however that ends.
     *
     * @param directory existing directory, also on a BPF file system
     * @return the claim, or empty if somebody else has it
     */
    Optional<DirectoryClaim> claim(Path directory);
}
