// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.demo.internal;

import io.karst.asset.AssetException;
import io.karst.asset.CoreAssetLoader;
import io.karst.bpf.Bpf;
import io.karst.commands.KarstCommand;
import io.karst.commands.Services;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;

/** {@code karst:demo}. */
@Service
@Command(
        scope = "karst",
        name = "demo",
        description =
                "Creates contention on an eBPF map of its own, to try Karst. Uses CPU time until stopped, and leaves"
                        + " nothing behind.",
        detailedDescription = "classpath:help/demo.txt")
public final class DemoCommand extends KarstCommand {
    @Argument(
            name = "start|stop|status [KIND]",
            description =
                    "Action; status by default. KIND is the lock to contend for: spin-lock (the default; prog-array"
                            + " where the kernel does not report spin locks), hash, lru, lru-per-cpu, ringbuf, queue,"
                            + " stack, lpm, sockhash, local-storage, prog-array, resilient-lock or deadlock. Options may"
                            + " follow.",
            valueToShowInHelp = "status",
            multiValued = true)
    @Completion(DemoCompleter.class)
    List<String> arguments = List.of();

    @Option(
            name = "--threads",
            valueToShowInHelp = "as many as CPUs, at least 2",
            description = "Number of threads that contend for the lock, 1 to 64.")
    @Nullable
    Integer threads;

    @Option(
            name = "--seconds",
            valueToShowInHelp = "until stopped",
            description = "Stop after this many seconds, 1 to 3600.")
    @Nullable
    Integer seconds;

    @Option(name = "--json", description = "Print one JSON document. docs/commands.md names the fields.")
    boolean json;

    @Override
    protected void run(Services services) throws CommandException, InterruptedException {
        services.<DemoLoad, Boolean>require(DemoLoad.class, "demo", load -> {
            try {
                act(services, load);
            } catch (AssetException | IllegalArgumentException | IllegalStateException e) {
                throw new CommandException(e.getMessage(), e);
            }
            return true;
        });
    }

    private void act(Services services, DemoLoad load) throws CommandException, InterruptedException {
        DemoWords typed = DemoWords.of(arguments);
        boolean status = typed.action().equals("status");
        if (typed.action().equals("start")) {
            services.require(Bpf.class, "libbpf", needed -> needed);
            services.require(CoreAssetLoader.class, "core-assets", needed -> needed);
        }
        Optional<DemoStatus> done = switch (typed.action()) {
            case "start" -> Optional.of(load.start(plan(typed, KindVisibility.of(load.visibility()))));
            case "stop" -> load.stop();
            case "status" -> load.status();
            default -> throw new CommandException("Unknown action '" + typed.action() + "'. Use start, stop or status");
        };
        json |= typed.json();
        show(new DemoView(done, KindVisibility.of(load.visibility()), Instant.now()), status);
    }

    /** Merges in the options before the arguments, which Karaf has parsed. */
    private DemoPlan plan(DemoWords typed, List<KindVisibility> kinds) throws CommandException {
        return new DemoWords(
                        typed.words(),
                        typed.threads().or(() -> Optional.ofNullable(threads)),
                        typed.seconds().or(() -> Optional.ofNullable(seconds)),
                        typed.json())
                .plan(KindVisibility.preferred(kinds));
    }

    private void show(DemoView view, boolean withLimits) {
        if (json) {
            print(DemoView.DOCUMENT.json(view));
            return;
        }
        view.lines().forEach(this::println);
        List<String> limits = withLimits ? view.limits() : List.of();
        if (!limits.isEmpty()) {
            println("");
            limits.forEach(this::println);
        }
    }
}
