// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.bpf;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.osgi.annotation.versioning.ProviderType;

/** The kernel's BPF, through libbpf. Registered only if libbpf 1.1 or later and the needed capabilities are available. */
@ProviderType
public interface Bpf {

    /** Kinds of kernel objects that {@link #nextId} lists. */
    enum Type {
        /** Maps. */
        MAP,
        /** Programs. */
        PROGRAM
    }

    /** Number of possible CPUs; a per-CPU value has one part for each. */
    int possibleCpus();

    /**
     * Loads an object: creates its maps and loads its programs. Leaves nothing behind when it throws.
     *
     * @return object that the caller closes
     * @throws BpfException if the content is no BPF object for this machine, a pin cannot be reused, or the kernel refuses the
     *     object; contains the verifier's whole log
     * @throws IllegalArgumentException if the spec names a map, program or variable that the object does not have, or a value
     *     does not fit
     */
    BpfObject load(ObjectSpec spec);

    /** Creates a map. The caller closes the map. */
    BpfMap createMap(MapSpec spec);

    /**
     * Returns the next id of a kind; repeated, this lists all ids.
     *
     * @param after the previous id, 0 for the first
     * @return the next id, or empty at the end
     */
    OptionalInt nextId(Type type, int after);

    /**
     * Opens a map by its id. Do not open program arrays of other processes: if an array's last descriptor is closed while the
     * array is opened and closed here, the kernel (seen with 6.18) never frees the array.
     *
     * @return map that the caller closes, or empty if there is no map of this id
     */
    Optional<BpfMap> mapById(int id);

    /** Opens a program by its id; empty if there is no such program. The caller closes the program. */
    Optional<BpfProgram> programById(int id);

    /** Describes a link by its id; empty if there is no such link. */
    Optional<LinkInfo> linkInfo(int id);

    /** Opens a pinned map. The caller closes the map. */
    BpfMap pinnedMap(Path path);

    /** Opens a pinned link. The caller closes the link. */
    BpfLink pinnedLink(Path path);

    /**
     * Makes the kernel announce loads of programs. The caller closes it.
     *
     * @throws BpfException if the kernel refuses
     */
    ProgramLoads programLoads();

    /**
     * Locks a directory exclusively, by flock(2). The lock ends when the claim is closed or the process ends.
     *
     * @param directory existing directory, also on a BPF file system
     * @return the claim, or empty if the directory is locked already, by another process or by this one
     */
    Optional<DirectoryClaim> claim(Path directory);

    /**
     * Makes the kernel measure how long each run of every program takes, until the result is closed; {@link ProgramInfo} has
     * the sums. Costs some 40 ns a run. With {@code kernel.bpf_stats_enabled=1} the kernel does so all the time.
     *
     * @throws BpfException if the kernel refuses it, for example without CAP_SYS_ADMIN
     */
    RunTimes measureRunTimes();
}
