// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.bpf;

import io.karst.asset.BtfOptions;
import io.karst.asset.CoreAsset;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Specification for {@link Bpf#load}: an object file and the changes to make before it is loaded. Immutable; the load checks
 * all names.
 *
 * @param asset ELF file
 * @param btf BTF to relocate the object against
 * @param constants values of {@code const volatile} variables, by C name; each must fit the variable's 1, 2, 4 or 8 bytes
 * @param entries most entries of maps, by map name, instead of the numbers in the file; 1 to 2^32 - 1
 * @param programs programs to load; empty for all
 * @param reused pinned maps to use instead of new ones, by map name; type and sizes are those of the pinned map
 */
public record ObjectSpec(
        CoreAsset asset,
        BtfOptions btf,
        Map<String, Long> constants,
        Map<String, Long> entries,
        Optional<Set<String>> programs,
        Map<String, Path> reused) {

    /** Copies the collections. */
    public ObjectSpec {
        constants = Collections.unmodifiableMap(new LinkedHashMap<>(constants));
        entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        programs = programs.map(Set::copyOf);
        reused = Collections.unmodifiableMap(new LinkedHashMap<>(reused));
        entries.forEach((map, size) -> {
            if (size < 1 || size > 0xffff_ffffL) {
                throw new IllegalArgumentException(map + ": " + size + " entries are outside 1.." + 0xffff_ffffL);
            }
        });
    }

    /** Loads an object without changes. */
    public static ObjectSpec of(CoreAsset asset, BtfOptions btf) {
        return new ObjectSpec(asset, btf, Map.of(), Map.of(), Optional.empty(), Map.of());
    }

    /** Sets a {@code const volatile} variable. */
    public ObjectSpec constant(String variable, long value) {
        return new ObjectSpec(asset, btf, with(constants, variable, value), entries, programs, reused);
    }

    /** Sets the most entries of a map. */
    public ObjectSpec entries(String map, long size) {
        return new ObjectSpec(asset, btf, constants, with(entries, map, size), programs, reused);
    }

    /** Loads only these programs; an empty collection loads none. */
    public ObjectSpec programs(Collection<String> names) {
        return new ObjectSpec(asset, btf, constants, entries, Optional.of(Set.copyOf(names)), reused);
    }

    /**
     * Uses pinned maps instead of new ones.
     *
     * @param pins paths of the pins, by map name; a name that begins with a dot is a section of variables
     */
    public ObjectSpec reuse(Map<String, Path> pins) {
        return new ObjectSpec(asset, btf, constants, entries, programs, pins);
    }

    private static Map<String, Long> with(Map<String, Long> map, String key, long value) {
        Map<String, Long> copy = new LinkedHashMap<>(map);
        copy.put(key, value);
        return copy;
    }
}
