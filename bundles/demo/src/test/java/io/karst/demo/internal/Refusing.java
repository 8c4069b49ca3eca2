// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.demo.internal;

import io.karst.bpf.Bpf;
import io.karst.bpf.BpfException;
import io.karst.bpf.BpfObject;
import io.karst.bpf.BpfProgram;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;

/** The real thing, apart from one call that fails. */
final class Refusing {

    private Refusing() {}

    /** Refuses to hand out maps of objects, and counts the objects closed. */
    static Bpf maps(Bpf real, AtomicInteger closed) {
        return around(
                Bpf.class,
                real,
                (method, result) -> result instanceof BpfObject object
                        ? around(BpfObject.class, object, (call, answer) -> {
                            if (call.equals("map")) {
                                throw refused("map refused");
                            }
                            if (call.equals("close")) {
                                closed.incrementAndGet();
                            }
                            return answer;
                        })
                        : result);
    }

    /** Refuses to run programs after some runs. */
    static Bpf runs(Bpf real, int allowed) {
        AtomicInteger left = new AtomicInteger(allowed);
        return programs(real, (run, value) -> {
            if (run.equals("testRun") && left.decrementAndGet() < 0) {
                throw refused("run refused");
            }
            return value;
        });
    }

    /** Programs return another value. */
    static Bpf result(Bpf real, int returnValue) {
        return programs(real, (run, value) -> run.equals("testRun") ? returnValue : value);
    }

    private static Bpf programs(Bpf real, After after) {
        return around(
                Bpf.class,
                real,
                (method, result) -> result instanceof BpfObject object
                        ? around(
                                BpfObject.class,
                                object,
                                (call, answer) -> answer instanceof BpfProgram program
                                        ? around(BpfProgram.class, program, after)
                                        : answer)
                        : result);
    }

    private static BpfException refused(String message) {
        return new BpfException("EPERM", message);
    }

    /** Sees each answer before the caller does. */
    private interface After {
        Object see(String method, Object answer);
    }

    private static <T> T around(Class<T> type, T real, After after) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            try {
                return after.see(method.getName(), method.invoke(real, arguments));
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        };
        return type.cast(Proxy.newProxyInstance(Refusing.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
