// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.health.internal;

import io.karst.component.SafeText;
import io.karst.resource.Inventory;
import io.karst.resource.LockRange;
import io.karst.resource.MapResource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** The maps for JMX. */
record MapsBean(Supplier<Optional<Inventory>> inventory) implements MapsMXBean {

    /** A console reads all attributes again and again. */
    static final int MOST = 1000;

    private List<MapResource> maps() {
        return inventory.get().map(Inventory::maps).orElse(List.of());
    }

    @Override
    public boolean isAvailable() {
        return inventory.get().isPresent();
    }

    @Override
    public String getScannedAt() {
        return inventory.get().map(scan -> scan.takenAt().toString()).orElse("");
    }

    @Override
    public int getCount() {
        return maps().size();
    }

    @Override
    public long getMemoryBytes() {
        return maps().stream().mapToLong(map -> map.info().memoryBytes()).sum();
    }

    @Override
    public List<Entry> getMaps() {
        return maps().stream().limit(MOST).<Entry>map(Line::new).toList();
    }

    private record Line(MapResource map) implements Entry {

        @Override
        public int getId() {
            return map.id();
        }

        @Override
        public String getName() {
            return SafeText.of(map.name());
        }

        @Override
        public String getType() {
            return SafeText.of(map.type());
        }

        @Override
        public long getMaxEntries() {
            return map.info().maxEntries();
        }

        @Override
        public long getMemoryBytes() {
            return map.info().memoryBytes();
        }

        @Override
        public long getLocks() {
            return map.ranges().stream().mapToLong(LockRange::count).sum();
        }

        @Override
        public List<String> getOwners() {
            return map.owners().stream()
                    .map(owner -> SafeText.of(owner.name()) + " ("
                            + owner.type().name().toLowerCase(Locale.ROOT) + " " + owner.id() + ")")
                    .toList();
        }
    }
}
