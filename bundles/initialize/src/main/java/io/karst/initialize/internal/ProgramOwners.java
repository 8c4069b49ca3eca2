// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import io.karst.bpf.Bpf;
import io.karst.bpf.BpfException;
import io.karst.bpf.BpfProgram;
import io.karst.bpf.ProgramInfo;
import io.karst.resource.BlindSpot;
import io.karst.resource.BlindSpot.Kind;
import io.karst.resource.MapOwner;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Finds the programs that use maps. A program's list of maps is complete soon after its load, so it is read again only
 * until two scans agree. Then it is cached by program id, which the kernel does not give to another program for very long.
 */
final class ProgramOwners {
    private final Bpf bpf;
    private Map<Integer, Known> known = Map.of();

    ProgramOwners(Bpf bpf) {
        this.bpf = bpf;
    }

    /** Walks all programs. Returns them by map id; if the kernel refuses one of them, those that it did tell. */
    Map<Integer, Set<MapOwner>> read(List<BlindSpot> blindSpots) {
        Map<Integer, Known> now = new HashMap<>();
        Map<Integer, Set<MapOwner>> owners = new HashMap<>();
        List<String> unread = new ArrayList<>();
        try {
            OptionalInt id = bpf.nextId(Bpf.Type.PROGRAM, 0);
            while (id.isPresent()) {
                int programId = id.getAsInt();
                describe(programId, unread).ifPresent(program -> {
                    now.put(programId, program);
                    MapOwner owner = new MapOwner(
                            MapOwner.Type.PROGRAM, programId, program.info().name());
                    for (int mapId : program.info().mapIds()) {
                        owners.computeIfAbsent(mapId, key -> new LinkedHashSet<>())
                                .add(owner);
                    }
                });
                id = bpf.nextId(Bpf.Type.PROGRAM, programId);
            }
        } catch (BpfException e) {
            blindSpots.add(new BlindSpot(
                    Kind.OWNERS, "", "programs that use maps are not known, or not all of them: " + e.getMessage()));
        }
        if (!unread.isEmpty()) {
            blindSpots.add(new BlindSpot(
                    Kind.OWNERS,
                    "",
                    "owners are missing: " + unread.size() + " of " + (now.size() + unread.size())
                            + " programs could not be read: " + unread.get(0)));
        }
        known = now;
        return owners;
    }

    private Optional<Known> describe(int id, List<String> unread) {
        Known before = known.get(id);
        if (before != null && before.settled()) {
            return Optional.of(before);
        }
        try {
            Optional<BpfProgram> opened = bpf.programById(id);
            if (opened.isEmpty()) {
                return Optional.empty();
            }
            try (BpfProgram program = opened.get()) {
                ProgramInfo info = program.info();
                boolean settled = before != null && before.info().mapIds().equals(info.mapIds());
                return Optional.of(new Known(info, settled));
            }
        } catch (BpfException e) {
            unread.add(String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    /** A program, and whether two consecutive scans saw the same maps. */
    private record Known(ProgramInfo info, boolean settled) {}
}
