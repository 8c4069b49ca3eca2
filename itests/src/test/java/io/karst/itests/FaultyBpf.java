// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import io.karst.bpf.Bpf;
import io.karst.bpf.BpfException;
import io.karst.bpf.BpfLink;
import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.BpfProgram;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** The kernel's BPF, of which one call at a time can be made to fail. All others reach the kernel. */
final class FaultyBpf {

    private static final List<Class<?>> WRAPPED =
            List.of(BpfObject.class, BpfMap.class, BpfProgram.class, BpfLink.class);

    /** What only frees something, or asks the library and not the kernel. */
    private static final Set<String> NEVER_FAIL = Set.of(
            "Bpf.possibleCpus",
            "BpfObject.close",
            "BpfObject.map",
            "BpfObject.mapNames",
            "BpfObject.program",
            "BpfMap.close",
            "BpfProgram.close",
            "BpfLink.close");

    /** What is failing; {@code call} as in {@link #calls}. */
    private record Fault(String call, String error) {}

    private final Bpf real;
    private final NavigableMap<String, Integer> calls = new ConcurrentSkipListMap<>();
    private volatile Optional<Fault> fault = Optional.empty();

    FaultyBpf(Bpf real) {
        this.real = real;
    }

    /** What the stages are given. */
    Bpf service() {
        return between(Bpf.class, real);
    }

    /** From now on this call fails, each time. */
    void fail(String call, String error) {
        calls.clear();
        fault = Optional.of(new Fault(call, error));
    }

    /** From now on nothing fails. */
    void heal() {
        fault = Optional.empty();
        calls.clear();
    }

    /** How often each that can fail was called since the last change, such as {@code BpfProgram.attach}. */
    NavigableMap<String, Integer> calls() {
        return new TreeMap<>(calls);
    }

    private <T> T between(Class<T> type, Object object) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    String call = type.getSimpleName() + "." + method.getName();
                    if (!method.getDeclaringClass().equals(type) || NEVER_FAIL.contains(call)) {
                        return wrapped(invoke(method, object, arguments));
                    }
                    calls.merge(call, 1, Integer::sum);
                    Optional<Fault> failing = fault.filter(set -> set.call().equals(call));
                    if (failing.isPresent()) {
                        String error = failing.get().error();
                        throw new BpfException(error, call + " failed on purpose: " + error);
                    }
                    return wrapped(invoke(method, object, arguments));
                }));
    }

    private Object wrapped(Object result) {
        if (result instanceof Optional<?> optional) {
            return optional.map(this::wrapped);
        }
        return WRAPPED.stream()
                .filter(type -> type.isInstance(result))
                .<Object>map(type -> between(type, result))
                .findFirst()
                .orElse(result);
    }

    private static Object invoke(Method method, Object object, Object[] arguments) throws Throwable {
        try {
            return method.invoke(object, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
