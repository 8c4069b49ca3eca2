// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.karst.contention.KernelPins;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.table.ShellTable;

/** {@code karst:cleanup}. */
@Service
@Command(
        scope = "karst",
        name = "cleanup",
        description =
                "Removes what the lock tracer left pinned in the kernel, and with it the counts. Refused while the"
                        + " tracer is at work.")
public final class CleanupCommand extends KarstCommand {

    @Option(name = "--dead", description = "Remove the pins of every Karaf on this host whose tracer is not at work")
    boolean dead;

    /** Called by Karaf, once per execution. */
    public CleanupCommand() {}

    /**
     * What became of an instance.
     *
     * @param instance whose pins
     * @param pins number removed; 0 if it is in use
     */
    record Cleaned(KernelPins.Instance instance, int pins) {}

    @Override
    void run(Services services) throws CommandException, InterruptedException {
        List<Cleaned> cleaned = services.require(KernelPins.class, "contention", this::clean);
        if (json) {
            print(json(cleaned));
            return;
        }
        print(table(cleaned));
    }

    private List<Cleaned> clean(KernelPins pins) throws CommandException {
        try {
            List<KernelPins.Instance> wanted = pins.instances().stream()
                    .filter(instance -> dead || instance.own())
                    .toList();
            Optional<KernelPins.Instance> active =
                    wanted.stream().filter(KernelPins.Instance::inUse).findFirst();
            if (!dead && active.isPresent()) {
                throw new CommandException("the lock tracer of this Karaf is at work and needs its pins: first"
                        + " bundle:stop io.karst.lock-tracer, or set pin = false in etc/io.karst.locktracer.cfg");
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

    static JsonArray json(List<Cleaned> all) {
        JsonArray array = new JsonArray();
        for (Cleaned each : all) {
            JsonObject object = new JsonObject();
            object.addProperty("instance", each.instance().name());
            object.addProperty("directory", each.instance().directory());
            object.addProperty("own", each.instance().own());
            object.addProperty("inUse", each.instance().inUse());
            object.addProperty("pinsRemoved", each.pins());
            array.add(object);
        }
        return array;
    }

    private static ShellTable table(List<Cleaned> all) {
        ShellTable table = new ShellTable();
        table.column("Instance");
        table.column("Pins removed").alignRight();
        table.column("Directory");
        table.emptyTableText("Nothing is pinned.");
        all.forEach(each -> table.addRow()
                .addContent(
                        each.instance().name(),
                        each.instance().inUse() ? "in use" : Integer.toString(each.pins()),
                        each.instance().directory()));
        return table;
    }
}
