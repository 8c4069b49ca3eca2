// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.bpf;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A loaded program. Closed with its object, or by whoever opened it by id or path. Methods throw
 * {@link IllegalStateException} after close and {@link BpfException} when the kernel refuses. Thread-safe.
 */
@ProviderType
public interface BpfProgram extends AutoCloseable {

    /** Describes the program. */
    ProgramInfo info();

    /** Attaches where the program's section says. The caller closes the link. */
    BpfLink attach();

    /**
     * Runs an iterator program ({@code iter/…}) once from start to end and hands over what it wrote. Nothing stays
     * open. The buffer is in the machine's byte order, valid only during the call, and may end in the middle of a
     * record: what the consumer leaves unread comes again at the start of the next buffer.
     *
     * @param consumer gets the bytes in order
     */
    void iterate(Consumer<ByteBuffer> consumer);

    /** Runs the program with made-up arguments (BPF_PROG_TEST_RUN). */
    int testRun(TestRun run);

    @Override
    void close();
}
