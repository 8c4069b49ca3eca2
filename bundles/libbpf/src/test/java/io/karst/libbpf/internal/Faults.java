// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Stands between the adapter and its two libraries: counts the calls, and lets a chosen one fail as the kernel would. */
final class Faults {
    private static final int FLAGS_OF_MMAP = 3;
    private static final int MAP_FIXED = 0x10;

    private final NativeLibraries real;
    private final Map<String, Integer> calls = new ConcurrentSkipListMap<>();
    private final AtomicInteger faultErrno = new AtomicInteger();
    private String failing = "";
    private int number;
    private int errno;

    Faults(NativeLibraries real) {
        this.real = real;
    }

    /** What the adapter is given instead of the real ones. */
    NativeLibraries natives() {
        LibBpf bpf = between(LibBpf.class, real.bpf());
        LibC c = between(LibC.class, real.c());
        return new NativeLibraries(
                bpf,
                c,
                real.runtime(),
                () -> faultErrno.get() == 0 ? real.lastError().getAsInt() : faultErrno.get());
    }

    /** From now on lets one call fail; the others reach the kernel. */
    void fail(String call, int whichOne, int with) {
        failing = call;
        number = whichOne;
        errno = with;
        calls.clear();
    }

    /** From now on nothing fails. */
    void heal() {
        fail("", 0, 0);
    }

    /** Calls since the last change, by name. */
    Map<String, Integer> calls() {
        return new TreeMap<>(calls);
    }

    private <T> T between(Class<T> type, T library) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            String name = name(method, arguments);
            int soFar = calls.merge(name, 1, Integer::sum);
            if (name.equals(failing) && soFar == number) {
                faultErrno.set(errno);
                return failure(type, method);
            }
            faultErrno.set(0);
            return invoke(method, library, arguments);
        };
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    /** What takes the place of a mapping that is given up has a name of its own. */
    private static String name(Method method, Object @Nullable [] arguments) {
        boolean inPlace = method.getName().equals("mmap")
                && arguments != null
                && ((Integer) arguments[FLAGS_OF_MMAP] & MAP_FIXED) != 0;
        return inPlace ? "mmap in place" : method.getName();
    }

    /** libbpf returns the negative number, or NULL; libc -1. */
    private @Nullable Object failure(Class<?> library, Method method) {
        if (method.getReturnType() == int.class) {
            return library == LibBpf.class ? -errno : -1;
        }
        return method.getReturnType() == long.class ? Long.valueOf(-1) : null;
    }

    private static @Nullable Object invoke(Method method, Object library, Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(library, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}
