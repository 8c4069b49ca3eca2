// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.bpf.BpfException;
import java.util.Optional;
import jnr.ffi.Pointer;

/**
 * Sets {@code const volatile} globals of an opened object. The object's BTF has a DATASEC for each {@code .rodata} section,
 * which lists type, offset and size of each variable ({@code struct btf_type}, {@code struct btf_var_secinfo}, uapi
 * {@code linux/btf.h}). The section's initial content belongs to a map, and can be written until the object is loaded.
 */
final class ReadOnlyVariables {
    private static final int KIND_DATASEC = 15;
    private static final int TYPE_BYTES = 12;
    private static final int VARIABLE_BYTES = 12;

    private record Place(String section, long offset, int size) {}

    private final LibBpf bpf;
    private final Pointer object;
    private final String what;

    ReadOnlyVariables(LibBpf bpf, Pointer object, String what) {
        this.bpf = bpf;
        this.object = object;
        this.what = what;
    }

    void set(String variable, long value) {
        Place place = find(variable)
                .orElseThrow(() -> new IllegalArgumentException(what + " has no const volatile variable " + variable));
        requireFits(variable, value, place.size());
        Pointer map = bpf.bpf_object__find_map_by_name(object, place.section());
        long[] size = new long[1];
        Pointer content = map == null ? null : bpf.bpf_map__initial_value(map, size);
        if (content == null || place.offset() + place.size() > size[0]) {
            throw new BpfException("EINVAL", what + ": " + place.section() + " has no content");
        }
        switch (place.size()) {
            case Byte.BYTES -> content.putByte(place.offset(), (byte) value);
            case Short.BYTES -> content.putShort(place.offset(), (short) value);
            case Integer.BYTES -> content.putInt(place.offset(), (int) value);
            default -> content.putLongLong(place.offset(), value);
        }
    }

    private void requireFits(String variable, long value, int size) {
        if (size != 1 && size != 2 && size != 4 && size != 8) {
            throw new IllegalArgumentException(
                    what + ": " + variable + " has " + size + " bytes, only 1, 2, 4 and 8 can be set");
        }
        int bits = size * Byte.SIZE;
        boolean fits = size == 8 || (value >= -(1L << (bits - 1)) && value < 1L << bits);
        if (!fits) {
            throw new IllegalArgumentException(
                    what + ": " + variable + "=" + value + " does not fit its " + size + " bytes");
        }
    }

    private Optional<Place> find(String variable) {
        Pointer btf = bpf.bpf_object__btf(object);
        if (btf == null) {
            return Optional.empty();
        }
        int types = bpf.btf__type_cnt(btf);
        for (int id = 1; id < types; id++) {
            Pointer type = bpf.btf__type_by_id(btf, id);
            if (type == null || (type.getInt(4) >>> 24 & 0x1f) != KIND_DATASEC) {
                continue;
            }
            String section = bpf.btf__name_by_offset(btf, type.getInt(0));
            if (section != null && section.startsWith(".rodata")) {
                Optional<Place> place = findIn(btf, type, section, variable);
                if (place.isPresent()) {
                    return place;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<Place> findIn(Pointer btf, Pointer section, String name, String variable) {
        int variables = section.getInt(4) & 0xffff;
        for (int i = 0; i < variables; i++) {
            long at = TYPE_BYTES + (long) i * VARIABLE_BYTES;
            Pointer type = bpf.btf__type_by_id(btf, section.getInt(at));
            if (type != null && variable.equals(bpf.btf__name_by_offset(btf, type.getInt(0)))) {
                long offset = Integer.toUnsignedLong(section.getInt(at + 4));
                return Optional.of(new Place(name, offset, section.getInt(at + 8)));
            }
        }
        return Optional.empty();
    }
}
