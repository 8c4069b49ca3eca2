// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.kernelsymbols.internal;

import io.karst.asset.CoreAssetLoader;
import io.karst.bpf.Bpf;
import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.ObjectSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The loaded asset {@code kernel_symbols}, which filters symbols inside the kernel. */
final class KsymIterator implements SymbolSource {
    private static final String ASSET = "kernel_symbols";

    private final BpfObject object;

    private KsymIterator(BpfObject object) {
        this.object = object;
    }

    /**
     * Loads the asset.
     *
     * @throws io.karst.asset.AssetException if this kernel has no {@code iter/ksym}
     */
    static KsymIterator load(CoreAssetLoader loader, Bpf bpf) {
        return new KsymIterator(loader.load(ASSET, (asset, btf) -> bpf.load(ObjectSpec.of(asset, btf))));
    }

    @Override
    public String name() {
        return "iter/ksym";
    }

    @Override
    public List<Symbol> byName(Set<String> names) {
        BpfMap wanted = object.map("wanted_names");
        try {
            names.forEach(name -> wanted.update(KsymLayout.nameKey(name), KsymLayout.index(1)));
            List<Symbol> found = new ArrayList<>();
            object.program("symbols_by_name").iterate(buffer -> {
                while (buffer.remaining() >= KsymLayout.SYMBOL_BYTES) {
                    found.add(KsymLayout.symbol(buffer, buffer.position()));
                    buffer.position(buffer.position() + KsymLayout.SYMBOL_BYTES);
                }
            });
            return found;
        } finally {
            names.forEach(name -> wanted.delete(KsymLayout.nameKey(name)));
        }
    }

    @Override
    public Neighbours around(long[] addresses) {
        BpfMap nearest = object.map("nearest");
        for (int i = 0; i < addresses.length; i++) {
            nearest.update(KsymLayout.index(i), new byte[KsymLayout.NEAREST_BYTES]);
        }
        object.map("wanted_addresses").update(KsymLayout.index(0), KsymLayout.wantedAddresses(addresses));
        object.program("symbols_by_address").iterate(buffer -> buffer.position(buffer.limit()));
        Neighbours neighbours = new Neighbours(addresses);
        for (int i = 0; i < addresses.length; i++) {
            enter(neighbours, i, nearest.lookup(KsymLayout.index(i)).orElseThrow());
        }
        return neighbours;
    }

    private static void enter(Neighbours neighbours, int index, byte[] value) {
        ByteBuffer entry = ByteBuffer.wrap(value).order(ByteOrder.nativeOrder());
        Symbol symbol = KsymLayout.symbol(entry, 0);
        if (symbol.address() != 0) {
            neighbours.offerBelow(index, symbol);
        }
        long next = KsymLayout.nextAddress(entry);
        if (next != 0) {
            neighbours.offerNext(index, next);
        }
    }

    @Override
    public void close() {
        object.close();
    }
}
