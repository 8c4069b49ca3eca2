// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.asset.BtfOptions;
import io.karst.asset.CoreAsset;
import io.karst.bpf.Bpf;
import io.karst.bpf.BpfException;
import io.karst.bpf.BpfObject;
import io.karst.bpf.ObjectSpec;
import io.karst.locks.LockContentionLayout;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * The contention programs, ready to be loaded.
 *
 * @param bpf the kernel's BPF
 * @param asset the compiled programs
 * @param btf BTF that they are relocated against
 */
record Programs(Bpf bpf, CoreAsset asset, BtfOptions btf) {
    private static final int DIGEST_CHARACTERS = 16;

    /** Identifies this version of the programs in the names of pins. */
    String digest() {
        String whole = asset.sha256();
        return whole.substring(0, Math.min(DIGEST_CHARACTERS, whole.length()));
    }

    /**
     * Loads the programs for BTF tracepoints; if the kernel refuses them, those for raw tracepoints.
     *
     * @param sizes sizes of the maps to create
     * @param reused pins of existing maps to reuse, by map name
     * @param use attaches the programs; if it throws, it has closed what it opened
     * @throws BpfException the first failure, if the kernel refuses both
     */
    <T> T loaded(TracerSizes sizes, Map<String, Path> reused, BiFunction<BpfObject, ProgramSet, T> use) {
        try {
            return loaded(ProgramSet.TP_BTF, sizes, reused, use);
        } catch (BpfException e) {
            try {
                return loaded(ProgramSet.RAW_TP, sizes, reused, use);
            } catch (BpfException again) {
                e.addSuppressed(again);
                throw e;
            }
        }
    }

    private <T> T loaded(
            ProgramSet set, TracerSizes sizes, Map<String, Path> reused, BiFunction<BpfObject, ProgramSet, T> use) {
        return BpfObject.handOver(load(set, sizes, reused), object -> use.apply(object, set));
    }

    /** Loads one set of programs; the caller closes the object. */
    BpfObject load(ProgramSet set, TracerSizes sizes, Map<String, Path> reused) {
        return bpf.load(ObjectSpec.of(asset, btf)
                .programs(set.programs())
                .constant("slots", sizes.slots())
                .constant("single_lock_lines", sizes.lines())
                .constant("own_rows", sizes.ownRows())
                .entries("totals", (long) sizes.rows() * sizes.slots())
                .entries("single_locks", (long) sizes.rows() * sizes.lines())
                .entries("lost", (long) sizes.cpus() * LockContentionLayout.LOST_ROW)
                .reuse(reused));
    }
}
