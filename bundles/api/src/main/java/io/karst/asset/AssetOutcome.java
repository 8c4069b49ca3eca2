// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.asset;

/** Outcome of a load. */
public enum AssetOutcome {
    /** Loaded against the operator's BTF file. */
    SUCCESS_CUSTOM,
    /** Loaded against the running kernel's BTF. */
    SUCCESS_KERNEL,
    /** Loaded against packaged BTF. */
    SUCCESS_PACKAGED,
    /** No BTF for this kernel. */
    BTF_NOT_FOUND,
    /** The asset is missing, not trusted or damaged. */
    ASSET_READ,
    /** The kernel's verifier refused a program. */
    VERIFIER,
    /** Any other refusal by libbpf or the kernel. */
    LOADER
}
