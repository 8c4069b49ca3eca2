// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.bpf;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A loaded program. A program of a {@link BpfObject} is closed with its object; whoever opened a program by id closes it.
 * Methods throw {@link IllegalStateException} after close and {@link BpfException} if the kernel refuses the call.
 * Thread-safe.
 */
@ProviderType
public interface BpfProgram extends AutoCloseable {

    /** Describes the program. */
    ProgramInfo info();

    /** Attaches the program as the name of its ELF section says. The caller closes the link. */
    BpfLink attach();

    /**
     * Runs an iterator program ({@code iter/…}) once from start to end and passes its output to the consumer. A buffer is in
     * the machine's byte order, is valid only during the call, and may end in the middle of a record: bytes that the consumer
     * leaves unread come again at the start of the next buffer.
     */
    void iterate(Consumer<ByteBuffer> consumer);

    /** Runs the program with given arguments (BPF_PROG_TEST_RUN) and returns its return value. */
    int testRun(TestRun run);

    @Override
    void close();
}
