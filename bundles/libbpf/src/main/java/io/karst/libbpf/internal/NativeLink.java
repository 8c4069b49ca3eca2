// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.bpf.BpfLink;
import io.karst.bpf.LinkInfo;
import java.nio.file.Path;
import jnr.ffi.Pointer;

/** A link, from an attachment of libbpf's or from a pin. */
final class NativeLink implements BpfLink {
    private final Kernel kernel;
    private final Lifetime lifetime;
    private final int descriptor;

    private NativeLink(Kernel kernel, Lifetime lifetime, int descriptor) {
        this.kernel = kernel;
        this.lifetime = lifetime;
        this.descriptor = descriptor;
    }

    /** Takes over what bpf_program__attach returned. */
    static NativeLink attached(Kernel kernel, Pointer link, String what) {
        Lifetime lifetime = new Lifetime(what, () -> kernel.bpf().bpf_link__destroy(link));
        return new NativeLink(kernel, lifetime, kernel.bpf().bpf_link__fd(link));
    }

    /** Takes over a descriptor. */
    static NativeLink opened(Kernel kernel, int descriptor, String what) {
        return new NativeLink(kernel, kernel.owning(descriptor, what), descriptor);
    }

    @Override
    public LinkInfo info() {
        lifetime.enter();
        try {
            return new Infos(kernel.natives()).link(descriptor, lifetime.what());
        } finally {
            lifetime.leave();
        }
    }

    @Override
    public void pin(Path path) {
        lifetime.enter();
        try {
            kernel.pin(descriptor, path, lifetime.what());
        } finally {
            lifetime.leave();
        }
    }

    @Override
    public void close() {
        lifetime.close();
    }
}
