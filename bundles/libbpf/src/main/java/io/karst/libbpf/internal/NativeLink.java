// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.bpf.BpfLink;
import io.karst.bpf.LinkInfo;
import java.nio.file.Path;
import jnr.ffi.Pointer;

/** A link, attached by libbpf or opened from a pin. */
final class NativeLink implements BpfLink {
    private final LibbpfContext context;
    private final Lifetime lifetime;
    private final int descriptor;

    private NativeLink(LibbpfContext context, Lifetime lifetime, int descriptor) {
        this.context = context;
        this.lifetime = lifetime;
        this.descriptor = descriptor;
    }

    /** Becomes the owner of a link that bpf_program__attach returned. */
    static NativeLink attached(LibbpfContext context, Pointer link, String what) {
        Lifetime lifetime = new Lifetime(what, () -> context.bpf().bpf_link__destroy(link));
        return new NativeLink(context, lifetime, context.bpf().bpf_link__fd(link));
    }

    /** Becomes the owner of a descriptor. */
    static NativeLink opened(LibbpfContext context, int descriptor, String what) {
        return new NativeLink(context, context.owning(descriptor, what), descriptor);
    }

    @Override
    public LinkInfo info() {
        lifetime.enter();
        try {
            return new ObjectInfo(context.libraries()).link(descriptor, lifetime.what());
        } finally {
            lifetime.leave();
        }
    }

    @Override
    public void pin(Path path) {
        lifetime.enter();
        try {
            context.pin(descriptor, path, lifetime.what());
        } finally {
            lifetime.leave();
        }
    }

    @Override
    public void close() {
        lifetime.close();
    }
}
