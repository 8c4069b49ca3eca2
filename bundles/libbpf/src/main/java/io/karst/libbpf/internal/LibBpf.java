// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import jnr.ffi.Pointer;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import org.jspecify.annotations.Nullable;

/**
 * The functions of libbpf 1.1 in use, named as in C ({@code bpf/libbpf.h}, {@code bpf/bpf.h}, {@code bpf/btf.h}). On failure
 * a function that returns an int returns a negative errno; one that returns a pointer returns null and sets errno. Public
 * because jnr-ffi generates an implementation.
 */
@SuppressWarnings({"checkstyle:MissingJavadocMethod", "checkstyle:ParameterNumber"})
public interface LibBpf {

    int libbpf_major_version();

    int libbpf_minor_version();

    String libbpf_version_string();

    int libbpf_num_possible_cpus();

    @Nullable
    Pointer libbpf_set_print(@Nullable Pointer print);

    int libbpf_probe_bpf_helper(int programType, int helper, @Nullable Pointer options);

    @Nullable
    Pointer bpf_object__open_mem(Pointer content, long size, Pointer options);

    int bpf_object__load(Pointer object);

    void bpf_object__close(Pointer object);

    @Nullable
    Pointer bpf_object__next_map(Pointer object, @Nullable Pointer previous);

    @Nullable
    Pointer bpf_object__find_map_by_name(Pointer object, String name);

    @Nullable
    Pointer bpf_object__next_program(Pointer object, @Nullable Pointer previous);

    @Nullable
    Pointer bpf_object__find_program_by_name(Pointer object, String name);

    @Nullable
    Pointer bpf_object__btf(Pointer object);

    String bpf_map__name(Pointer map);

    int bpf_map__fd(Pointer map);

    int bpf_map__set_max_entries(Pointer map, int entries);

    int bpf_map__reuse_fd(Pointer map, int descriptor);

    @Nullable
    Pointer bpf_map__initial_value(Pointer map, @Out long[] size);

    String bpf_program__name(Pointer program);

    int bpf_program__fd(Pointer program);

    int bpf_program__set_autoload(Pointer program, byte autoload);

    @Nullable
    Pointer bpf_program__attach(Pointer program);

    int bpf_link__fd(Pointer link);

    int bpf_link__destroy(Pointer link);

    int bpf_link_create(int program, int target, int attachType, @Nullable Pointer options);

    int bpf_iter_create(int link);

    int bpf_map_create(int type, String name, int keySize, int valueSize, int maxEntries, Pointer options);

    int bpf_map_lookup_elem(int map, @In byte @Nullable [] key, @Out byte[] value);

    int bpf_map_update_elem(int map, @In byte @Nullable [] key, @In byte[] value, long flags);

    int bpf_map_delete_elem(int map, @In byte[] key);

    int bpf_prog_load(int type, String name, String license, Pointer instructions, long count, Pointer options);

    int bpf_prog_test_run_opts(int program, Pointer options);

    int bpf_obj_get_info_by_fd(int descriptor, Pointer info, int[] length);

    int bpf_map_get_next_id(int start, @Out int[] next);

    int bpf_prog_get_next_id(int start, @Out int[] next);

    int bpf_map_get_fd_by_id(int id);

    int bpf_prog_get_fd_by_id(int id);

    int bpf_link_get_fd_by_id(int id);

    int bpf_enable_stats(int type);

    int bpf_obj_pin(int descriptor, @In byte[] path);

    int bpf_obj_get(@In byte[] path);

    int btf__type_cnt(Pointer btf);

    @Nullable
    Pointer btf__type_by_id(Pointer btf, int id);

    @Nullable
    String btf__name_by_offset(Pointer btf, int offset);
}
