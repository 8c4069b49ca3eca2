// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.request.BreakpointRequest;
import com.sun.jdi.request.EventRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Attached to a running virtual machine, to hold one thread at an exact place, or to count who comes there. */
final class Debugger {

    private final VirtualMachine machine;

    private Debugger(VirtualMachine machine) {
        this.machine = machine;
    }

    /** To a virtual machine that listens for debuggers on a port of the loopback address. */
    static Debugger attach(String port) throws Exception {
        AttachingConnector connector = Bootstrap.virtualMachineManager().attachingConnectors().stream()
                .filter(candidate -> candidate.name().equals("com.sun.jdi.SocketAttach"))
                .findFirst()
                .orElseThrow();
        Map<String, Connector.Argument> arguments = connector.defaultArguments();
        Objects.requireNonNull(arguments.get("hostname")).setValue("127.0.0.1");
        Objects.requireNonNull(arguments.get("port")).setValue(port);
        return new Debugger(connector.attach(arguments));
    }

    /** From now on, whichever thread enters this method stays there. */
    void holdAt(String type, String method) {
        holdAt(type, method, 1);
    }

    /** From now on, the thread that enters this method for the nth time stays there. */
    void holdAt(String type, String method, int time) {
        BreakpointRequest request = at(type, method);
        if (time > 1) {
            request.addCountFilter(time);
        }
        request.setSuspendPolicy(EventRequest.SUSPEND_EVENT_THREAD);
        request.enable();
    }

    private BreakpointRequest at(String type, String method) {
        ReferenceType found = machine.classesByName(type).stream()
                .findFirst()
                .orElseThrow(() -> new AssertionError(type + " is not loaded"));
        return machine.eventRequestManager()
                .createBreakpointRequest(found.methodsByName(method).get(0).location());
    }

    /** From now on, each call of this method is counted; nobody is held. */
    void count(String type, String method) {
        BreakpointRequest request = at(type, method);
        request.setSuspendPolicy(EventRequest.SUSPEND_NONE);
        request.enable();
    }

    /** Calls since the last time that somebody asked, by name of the method. */
    Map<String, Integer> counted() throws InterruptedException {
        Map<String, Integer> counts = new HashMap<>();
        for (EventSet events = next(); events != null; events = next()) {
            for (Event event : events) {
                if (event instanceof BreakpointEvent call) {
                    counts.merge(call.location().method().name(), 1, Integer::sum);
                }
            }
        }
        return counts;
    }

    private @Nullable EventSet next() throws InterruptedException {
        return machine.eventQueue().remove(Duration.ofMillis(100).toMillis());
    }

    /** Waits until a thread is held. */
    void awaitHeld(Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (System.nanoTime() < deadline) {
            EventSet events = machine.eventQueue().remove(Duration.ofSeconds(1).toMillis());
            if (events == null) {
                continue;
            }
            for (Event event : events) {
                if (event instanceof BreakpointEvent) {
                    return;
                }
            }
            events.resume();
        }
        throw new AssertionError("nobody came there within " + patience);
    }

    /** Lets go of everything that is held, for good. */
    void detach() {
        machine.dispose();
    }
}
