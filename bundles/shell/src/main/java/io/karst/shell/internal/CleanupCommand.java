// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import io.karst.commands.Services;
import io.karst.commands.ViewCommand;
import io.karst.component.SettingsFile;
import io.karst.contention.KernelPins;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code karst:cleanup}. */
@Service
@Command(
        scope = "karst",
        name = "cleanup",
        description =
                "Removes the lock tracer's pinned programs and counters from the kernel. Refused while the tracer is"
                        + " running.",
        detailedDescription = "classpath:help/cleanup.txt")
public final class CleanupCommand extends ViewCommand {

    static final Columns<Cleaned> COLUMNS = new Columns<Cleaned>(
            List.of(
                    Column.<Cleaned>of(
                                    "Instance",
                                    "instance",
                                    "name of its directory",
                                    each -> each.instance().name())
                            .shortened(10),
                    Column.of("Pins removed", "pinsRemoved", "number of pins removed", Cleaned::pins)
                            .right(),
                    Column.<Cleaned>of(
                                    "Directory",
                                    "directory",
                                    "path of its directory",
                                    each -> each.instance().directory())
                            .shortened(20)
                            .dropped(1),
                    Column.field(
                            "own",
                            "whether this entry is this Karaf",
                            each -> each.instance().own()),
                    Column.of(
                            "In use",
                            "inUse",
                            "whether a tracer is running there; then nothing was removed",
                            each -> each.instance().inUse() ? "yes" : "",
                            each -> each.instance().inUse())),
            "Nothing is pinned.");

    @Option(name = "--dead", description = "Remove the pins of every Karaf on this host whose tracer is not running")
    boolean dead;

    /** Result for one instance: pins removed, 0 if it is in use. */
    record Cleaned(KernelPins.Instance instance, int pins) {}

    @Override
    protected void run(Services services) throws CommandException, InterruptedException {
        print(COLUMNS, services.require(KernelPins.class, "lock-tracer", this::clean));
    }

    private List<Cleaned> clean(KernelPins pins) throws CommandException {
        try {
            List<KernelPins.Instance> wanted = pins.instances().stream()
                    .filter(instance -> dead || instance.own())
                    .toList();
            Optional<KernelPins.Instance> active =
                    wanted.stream().filter(KernelPins.Instance::inUse).findFirst();
            if (!dead && active.isPresent()) {
                throw new CommandException("The lock tracer of this Karaf is running and needs its pins. First run"
                        + " bundle:stop io.karst.lock-tracer, or set pin = false in "
                        + SettingsFile.of("io.karst.locktracer"));
            }
            List<Cleaned> cleaned = new ArrayList<>();
            for (KernelPins.Instance instance : wanted) {
                cleaned.add(new Cleaned(instance, instance.inUse() ? 0 : pins.remove(instance.name())));
            }
            return cleaned;
        } catch (IllegalStateException e) {
            throw new CommandException(e.getMessage(), e);
        }
    }
}
