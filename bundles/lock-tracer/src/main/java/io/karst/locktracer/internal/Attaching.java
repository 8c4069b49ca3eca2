// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.bpf.BpfLink;
import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.BpfProgram;
import io.karst.locks.LockContentionLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.BiConsumer;

/**
 * Attaches the programs: of each tracepoint's pair the second after the first, as the kernel calls them in that order. Ends
 * before begins: an end without a begin is no one's, but a begin without an end would leave a stale note.
 *
 * @param object the loaded programs
 * @param hook which of them
 * @param sizes of the maps
 */
record Attaching(BpfObject object, Hook hook, TracerSizes sizes) {

    /**
     * Attaches all four.
     *
     * @param taker gets each program's name and its link, which it has to close, before the next one is attached
     */
    void attach(BiConsumer<String, BpfLink> taker) {
        pair(hook.end(), hook.skippedEnd(), LockContentionLayout.CAUGHT_END, taker);
        pair(hook.begin(), hook.skippedBegin(), LockContentionLayout.CAUGHT_BEGIN, taker);
    }

    private void pair(String first, String second, int caught, BiConsumer<String, BpfLink> taker) {
        BpfProgram program = object.program(first);
        taker.accept(first, program.attach());
        BpfLink link = object.program(second).attach();
        taker.accept(second, link);
        // what was skipped before the second was there is not lost: counting begins now, or others count too
        add(caught, program.info().recursionMisses());
    }

    /** In the last row of {@code lost}, which no program writes. */
    private void add(int caught, long events) {
        BpfMap lost = object.map("lost");
        byte[] key = bytes(Integer.BYTES)
                .putInt(sizes.cpus() * LockContentionLayout.LOST_ROW + caught)
                .array();
        long before = ByteBuffer.wrap(lost.lookup(key).orElseThrow())
                .order(ByteOrder.nativeOrder())
                .getLong();
        lost.update(key, bytes(Long.BYTES).putLong(before + events).array());
    }

    private static ByteBuffer bytes(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
    }
}
