// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import io.karst.asset.AssetException;
import io.karst.asset.CoreAssetLoader;
import io.karst.bpf.Bpf;
import io.karst.bpf.BpfException;
import io.karst.bpf.MapInfo;
import io.karst.locks.BlindReason;
import io.karst.locks.MapLocks;
import io.karst.resource.BlindSpot;
import io.karst.resource.BlindSpot.Kind;
import io.karst.resource.MapOwner;
import io.karst.resource.MapResource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Scans all maps: combines what the kernel programs, libbpf and bpffs report. One scan at a time. */
final class MapScanner implements AutoCloseable {
    private static final Path PROC = Path.of("/proc");
    private static final String NOT_KNOWN = "processes that hold maps are not known: ";

    private final LockRangesProgram lockRanges;
    private final Optional<OwnersProgram> owners;
    private final String ownersMissing;
    private final MapInfos infos;
    private final ProgramOwners programs;
    private final MapPinScanner pins;
    private Set<Integer> own = Set.of();

    private MapScanner(Bpf bpf, LockRangesProgram lockRanges, Optional<OwnersProgram> owners, String missing) {
        this.lockRanges = lockRanges;
        this.owners = owners;
        ownersMissing = missing;
        infos = new MapInfos(bpf);
        programs = new ProgramOwners(bpf);
        pins = new MapPinScanner(bpf, PROC);
    }

    /**
     * Loads the kernel programs. Without the one that finds owners a scan still works.
     *
     * @throws AssetException if lock ranges cannot be found on this kernel
     */
    static MapScanner open(CoreAssetLoader loader, Bpf bpf) {
        LockRangesProgram lockRanges = LockRangesProgram.load(loader, bpf);
        boolean complete = false;
        try {
            OwnersProgram owners = OwnersProgram.load(loader, bpf);
            complete = true;
            return new MapScanner(
                    bpf,
                    lockRanges,
                    Optional.of(owners),
                    OwnersProgram.hidden(PROC).orElse(""));
        } catch (AssetException e) {
            complete = true;
            return new MapScanner(bpf, lockRanges, Optional.empty(), NOT_KNOWN + e.getMessage());
        } finally {
            if (!complete) {
                lockRanges.close();
            }
        }
    }

    /**
     * Scans.
     *
     * @param filter which maps get their lock ranges
     * @param blindSpots receives what could not be found
     * @return maps by id
     * @throws BpfException if the kernel refuses the maps; their owners and pins may be missing
     */
    List<MapResource> scan(MapFilter filter, List<BlindSpot> blindSpots) {
        List<MapLocks> found = lockRanges.read();
        Map<Integer, Set<MapOwner>> users = programs.read(blindSpots);
        Map<Integer, Set<MapOwner>> holders = holders(blindSpots);
        Map<Integer, List<String>> pinned = pins.read(blindSpots);
        if (!ownersMissing.isEmpty()) {
            blindSpots.add(new BlindSpot(Kind.OWNERS, "", ownersMissing));
        }
        List<MapResource> maps = new ArrayList<>(found.size());
        infos.startScan();
        for (MapLocks locks : found) {
            int id = locks.key().id();
            Set<MapOwner> held = holders.getOrDefault(id, Set.of());
            List<MapOwner> all = Stream.concat(users.getOrDefault(id, Set.of()).stream(), held.stream())
                    .toList();
            infos.describe(locks)
                    .map(info -> resource(
                            info,
                            locks,
                            all,
                            pinned.getOrDefault(id, List.of()),
                            filter.isTracked(id, info.name(), own.contains(id))))
                    .ifPresent(maps::add); // else it vanished during the scan
        }
        reportUntracked(maps, filter.mode(), blindSpots);
        maps.sort(Comparator.comparingInt(MapResource::id));
        return maps;
    }

    /** Processes by map id. If they cannot be read, the maps of this process are those of the last scan. */
    private Map<Integer, Set<MapOwner>> holders(List<BlindSpot> blindSpots) {
        if (owners.isEmpty()) {
            return Map.of();
        }
        try {
            Map<Integer, Set<MapOwner>> holders = owners.get().read(blindSpots);
            own = ownMaps(holders);
            return holders;
        } catch (BpfException e) {
            blindSpots.add(new BlindSpot(Kind.OWNERS, "", NOT_KNOWN + e.getMessage()));
            return Map.of();
        }
    }

    /** Ids of the maps that the processes hold that hold the scanner's own map. */
    private Set<Integer> ownMaps(Map<Integer, Set<MapOwner>> holders) {
        Set<Integer> self = holders.getOrDefault(lockRanges.ownMapId(), Set.of()).stream()
                .map(MapOwner::id)
                .collect(Collectors.toSet());
        return holders.entrySet().stream()
                .filter(map -> map.getValue().stream().anyMatch(owner -> self.contains(owner.id())))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    /** CPUs whose per-CPU memory could be located. */
    int locatedCpus() {
        return lockRanges.locatedCpus();
    }

    /** Why processes are not known, or not all of them; empty if they are. */
    String ownersMissing() {
        return ownersMissing;
    }

    @Override
    public void close() {
        owners.ifPresent(OwnersProgram::close);
        lockRanges.close();
    }

    /** A tracked map has at least one range, its freeze mutex; a map without ranges is not tracked. */
    private static void reportUntracked(List<MapResource> maps, MapFilter.Mode mode, List<BlindSpot> blindSpots) {
        long untracked = maps.stream().filter(map -> map.ranges().isEmpty()).count();
        if (mode != MapFilter.Mode.ALL && untracked > 0) {
            String track = mode.name().toLowerCase(Locale.ROOT);
            blindSpots.add(new BlindSpot(
                    Kind.UNTRACKED_MAPS,
                    track,
                    untracked + " of " + maps.size() + " maps are not tracked (track=" + track + ")"));
        }
    }

    private static MapResource resource(
            MapInfo info, MapLocks locks, List<MapOwner> all, List<String> pinned, boolean tracked) {
        List<BlindSpot> blindSpots =
                tracked ? locks.blindSpots().stream().map(BlindReason::spot).toList() : List.of();
        return new MapResource(
                info, locks.key().address(), tracked ? locks.ranges() : List.of(), pinned, all, blindSpots);
    }
}
