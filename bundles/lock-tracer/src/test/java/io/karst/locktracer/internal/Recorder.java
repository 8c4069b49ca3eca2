// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.bpf.Bpf;
import io.karst.bpf.BpfException;
import io.karst.bpf.BpfLink;
import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.BpfProgram;
import io.karst.bpf.MapInfo;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;

/** Stands before the real BPF, numbers the calls, lets some fail, and remembers the maps that were asked about. */
final class Recorder {
    private static final Set<Class<?>> HANDLES = Set.of(BpfObject.class, BpfMap.class, BpfProgram.class, BpfLink.class);

    private final IntPredicate failing;
    private final AtomicInteger calls = new AtomicInteger();
    private final Set<Integer> mapIds = ConcurrentHashMap.newKeySet();

    Recorder(IntPredicate failing) {
        this.failing = failing;
    }

    Bpf before(Bpf real) {
        return wrap(Bpf.class, real);
    }

    /** Calls so far, without those of close. */
    int calls() {
        return calls.get();
    }

    Set<Integer> mapIds() {
        return mapIds;
    }

    private <T> T wrap(Class<T> type, T real) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> call(real, method, arguments)));
    }

    @SuppressWarnings("unchecked") // the handle's own interface
    private Object call(Object real, Method method, Object... arguments) throws Throwable {
        if (!method.getName().equals("close")) {
            int number = calls.incrementAndGet();
            if (failing.test(number)) {
                throw new BpfException("EIO", method.getName() + " failed by the test");
            }
        }
        try {
            Object result = method.invoke(real, arguments);
            if (result instanceof MapInfo info) {
                mapIds.add(info.id());
            }
            return HANDLES.contains(method.getReturnType())
                    ? wrap((Class<Object>) method.getReturnType(), result)
                    : result;
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
