// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import com.google.gson.JsonObject;
import io.karst.commands.Arguments;
import io.karst.commands.Services;
import io.karst.component.KernelText;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jspecify.annotations.Nullable;

/** {@code karst:top}. */
@Service
@Command(
        scope = "karst",
        name = "top",
        description = "Shows live which locks of eBPF maps are hot, on the full screen.",
        detailedDescription = "classpath:help/top.txt")
public final class TopCommand extends LocksTableCommand {
    private static final int MOST_SECONDS = 3_600;
    private static final int MOST_TIMES = 1_000_000;
    private static final long TICK_MILLIS = 100;

    @Option(name = "--interval", description = "Seconds between two readings, 1 to 3600.")
    int interval = 1;

    @Option(name = "--count", valueToShowInHelp = "until you quit", description = "End after this many readings.")
    @Nullable
    Integer count;

    @Option(
            name = "--plain",
            description =
                    "Print a table at each interval, as karst:locks does, and as is done where there is no terminal.")
    boolean plain;

    @Override
    protected void run(Services services) throws CommandException, InterruptedException {
        Arguments.requireWithin("--interval", interval, 1, MOST_SECONDS);
        Arguments.requireWithin("--count", count, 1, MOST_TIMES);
        LockReading.Choice choice = choice(LocksView.By.KIND);
        Optional<Terminal> terminal = terminal()
                .filter(Terminal.class::isInstance)
                .map(Terminal.class::cast)
                .filter(found -> !found.getType().startsWith(Terminal.TYPE_DUMB));
        try (TopReader reader = new TopReader(services, Duration.ofSeconds(interval))) {
            if (plain || isForScripts() || terminal.isEmpty()) {
                print(reader, choice);
            } else {
                try (FullScreen screen = new FullScreen(terminal.get())) {
                    reader.start();
                    show(screen, reader, look(terminal.get()), Top.of(choice));
                }
            }
        }
    }

    private void print(TopReader reader, LockReading.Choice choice) throws CommandException, InterruptedException {
        for (int reading = 1; !isOver(); reading++) {
            TopReading read = reader.read();
            if (reading == 1 && read.locks().isEmpty()) {
                throw new CommandException(read.problem());
            }
            print(read, choice, reading > 1);
            send();
            if (count != null && reading >= count) {
                return;
            }
            TimeUnit.SECONDS.sleep(interval);
        }
        requireStarted();
    }

    private void print(TopReading read, LockReading.Choice choice, boolean again) {
        if (again) {
            remark("");
        }
        Optional<LocksView> view = read.locks().map(locks -> locks.view(choice));
        if (json) {
            JsonObject error = new JsonObject();
            error.addProperty("error", read.problem());
            printLine(view.map(LocksView.DOCUMENT::json).orElse(error));
        } else if (view.isPresent()) {
            table(view.get(), view.get().legend(ZoneId.systemDefault()));
        } else {
            remark("Waits are not measured: " + read.problem());
        }
    }

    /** The user did not end it: an update of the bundle did. */
    private void requireStarted() throws CommandException {
        if (isStopped()) {
            throw new CommandException("karst:top ended: bundle io.karst.shell was stopped or updated");
        }
    }

    private void show(FullScreen screen, TopReader reader, TopScreen.Look look, Top first) throws CommandException {
        Top top = first;
        Instant shown = TopReading.NONE.at();
        int readings = 0;
        while (top.page() != Top.Page.END && !isOver()) {
            Size size = screen.size();
            TopScreen drawn = new TopScreen(top, size.getColumns(), size.getRows(), look);
            screen.draw(drawn.lines());
            Optional<TopKey> key = Optional.empty();
            while (key.isEmpty() && !screen.isResized() && reader.latest().at().equals(shown) && !isOver()) {
                key = screen.next(TICK_MILLIS);
            }
            if (key.isPresent()) {
                top = top.press(key.get(), drawn.shown(), drawn.last());
            }
            TopReading latest = reader.latest();
            if (!latest.at().equals(shown)) {
                shown = latest.at();
                readings++;
                top = count != null && readings > count ? top.end() : top.read(latest);
            }
        }
        if (top.page() != Top.Page.END) {
            requireStarted();
        }
    }

    private TopScreen.Look look(Terminal terminal) {
        return new TopScreen.Look(
                terminal.encoding(),
                isColoured(),
                KernelText.hostName().orElse("this host"),
                interval,
                ZoneId.systemDefault(),
                MapCommand::homes);
    }
}
