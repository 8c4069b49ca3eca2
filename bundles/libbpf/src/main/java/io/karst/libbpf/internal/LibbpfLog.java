// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Closure;
import com.kenai.jffi.ClosureManager;
import com.kenai.jffi.Type;
import io.karst.component.LoggedException;
import io.karst.component.RateLimitedLog;
import io.karst.component.SafeText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * libbpf's own messages. The warnings of a failed call become part of its exception. All other messages go to SLF4J, the same
 * line at most once a minute. libbpf has one callback for the whole process; closing this object removes it.
 */
final class LibbpfLog implements AutoCloseable {
    /** {@code enum libbpf_print_level}. */
    private static final int WARN = 0;

    private static final int INFO = 1;

    private static final int LINE_BYTES = 8192;
    private static final Logger LOG = LoggerFactory.getLogger("io.karst.libbpf");

    /** {@code libbpf_print_fn_t}: level, format and arguments. */
    private static final Type[] PARAMETERS = {Type.SINT, Type.POINTER, Type.POINTER};

    /**
     * Keeps the code of the last callback: another thread may still call it after it was removed. Such a call does nothing.
     */
    private static final AtomicReference<Closure.@Nullable Handle> LAST = new AtomicReference<>();

    private final NativeLibraries libraries;
    private final RateLimitedLog rate;
    private Closure.@Nullable Handle callback;

    @SuppressWarnings("ThreadLocalUsage") // one for each instance; removed after each call
    private final ThreadLocal<@Nullable List<String>> collecting = new ThreadLocal<>();

    LibbpfLog(NativeLibraries libraries, LongSupplier nanoTime) {
        this.libraries = libraries;
        this.rate = new RateLimitedLog(nanoTime);
    }

    /**
     * Sets libbpf's callback. Uses jffi directly, because the virtual machine never frees a callback of jnr-ffi, nor the class
     * loader of this bundle with it.
     */
    void install() {
        Closure.Handle handle =
                ClosureManager.getInstance().newClosure(this::print, Type.SINT, PARAMETERS, CallingConvention.DEFAULT);
        callback = handle;
        LAST.set(handle);
        libraries.bpf().libbpf_set_print(Pointer.wrap(libraries.runtime(), handle.getAddress()));
    }

    @Override
    public void close() {
        libraries.bpf().libbpf_set_print(null);
        Closure.Handle handle = callback;
        if (handle != null) {
            handle.dispose();
        }
    }

    /** A call's result, and the warnings that libbpf printed on this thread during the call. */
    record Collected<T>(T result, List<String> warnings) {

        /** The first two warnings in one line: they name the cause, and later ones only repeat that the call failed. */
        String why() {
            return String.join("; ", warnings.subList(0, Math.min(2, warnings.size())));
        }
    }

    /** Runs a call that returns a negative errno on failure. */
    Collected<Integer> collectInt(IntSupplier call) {
        return collect(call::getAsInt, result -> result >= 0);
    }

    /** Runs a call that returns null on failure. */
    Collected<@Nullable Pointer> collectPointer(Supplier<@Nullable Pointer> call) {
        return this.<@Nullable Pointer>collect(call, result -> result != null);
    }

    private <T extends @Nullable Object> Collected<T> collect(Supplier<T> call, Predicate<T> good) {
        List<String> warnings = new ArrayList<>();
        collecting.set(warnings);
        T result;
        try {
            result = call.get();
        } finally {
            collecting.remove();
        }
        if (good.test(result)) {
            warnings.forEach(line -> write(WARN, line));
        } else {
            warnings.forEach(LOG::debug);
        }
        return new Collected<>(result, warnings);
    }

    private void print(Closure.Buffer call) {
        print(call.getInt(0), call.getAddress(1), call.getAddress(2));
        call.setIntReturn(0);
    }

    @SuppressWarnings("checkstyle:IllegalCatch") // called from C, which no exception may cross
    private void print(int level, long format, long arguments) {
        try {
            if (level != WARN && level != INFO && !LOG.isDebugEnabled()) {
                return;
            }
            Pointer line = Memory.allocateDirect(libraries.runtime(), LINE_BYTES);
            libraries.c().vsnprintf(line, LINE_BYTES, pointer(format), pointer(arguments));
            accept(level, line.getString(0, LINE_BYTES, StandardCharsets.UTF_8).strip());
        } catch (RuntimeException e) {
            LOG.debug("a message of libbpf was lost", LoggedException.of(e));
        }
    }

    private Pointer pointer(long address) {
        return Pointer.wrap(libraries.runtime(), address);
    }

    /** Collects or writes one formatted message. */
    void accept(int level, String message) {
        String line = message.startsWith("libbpf: ") ? message.substring("libbpf: ".length()) : message;
        List<String> warnings = collecting.get();
        if (level == WARN && warnings != null) {
            warnings.add(line);
        } else {
            write(level, line);
        }
    }

    private void write(int level, String line) {
        OptionalLong leftOut = rate.permit(line);
        if (leftOut.isEmpty()) {
            return;
        }
        String text = leftOut.getAsLong() == 0 ? line : line + " (and " + leftOut.getAsLong() + " times before)";
        switch (level) {
            case WARN -> LOG.warn("{}", SafeText.of(text));
            case INFO -> LOG.info("{}", SafeText.of(text));
            default -> LOG.debug("{}", SafeText.of(text));
        }
    }
}
