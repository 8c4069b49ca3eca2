// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands.internal;

import io.karst.commands.StoppedBundles;
import java.util.List;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.console.Command;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Parser;
import org.apache.karaf.shell.api.console.Registry;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.completers.NullCompleter;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.util.tracker.BundleTracker;
import org.osgi.util.tracker.BundleTrackerCustomizer;

/**
 * Keeps the commands of a stopped bundle in the shell, where Karaf would only say that they are not found: each says how to start its
 * bundle. A bundle names its commands in the capability {@value #COMMAND}. The shell knows one command of a name, so a bundle that starts
 * has to find the name free: the tracker is called before the bundle's start and after its end.
 */
@Component(
        name = "io.karst.stopped-commands",
        immediate = true,
        service = {})
public final class StoppedCommands implements BundleTrackerCustomizer<List<Command>> {

    private static final String COMMAND = "io.karst.command";
    private static final String SCOPE = "karst";

    private final Bundle framework;
    private final Registry registry;
    private final BundleTracker<List<Command>> tracker;

    /** Looks for stopped bundles from now on. */
    @Activate
    public StoppedCommands(BundleContext context, @Reference(name = "sessions") SessionFactory sessions) {
        framework = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION);
        registry = sessions.getRegistry();
        tracker = new BundleTracker<>(context, Bundle.INSTALLED | Bundle.RESOLVED, this);
        tracker.open();
    }

    /** What the shell has instead of a command. */
    private record StandIn(String name, Bundle bundle) implements Command {

        private String said() {
            return StoppedBundles.notReady(SCOPE + ":" + name, bundle);
        }

        @Override
        public Object execute(Session session, List<Object> arguments) throws CommandException {
            throw new CommandException(said());
        }

        @Override
        public String getScope() {
            return SCOPE;
        }

        @Override
        public String getName() {
            return name;
        }

        @Override
        public String getDescription() {
            return said();
        }

        @Override
        public Completer getCompleter(boolean scoped) {
            return NullCompleter.INSTANCE;
        }

        @Override
        public @Nullable Parser getParser() {
            return null; // the shell's own
        }
    }

    @Override
    public @Nullable List<Command> addingBundle(Bundle bundle, @Nullable BundleEvent event) {
        if (framework.getState() == Bundle.STOPPING) {
            return null;
        }
        List<Command> standIns =
                names(bundle).<Command>map(name -> new StandIn(name, bundle)).toList();
        standIns.forEach(registry::register);
        return standIns.isEmpty() ? null : standIns;
    }

    private static Stream<String> names(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        return revision == null
                ? Stream.empty()
                : revision.getDeclaredCapabilities(COMMAND).stream()
                        .map(capability -> capability.getAttributes().get(COMMAND))
                        .flatMap(names -> names instanceof List<?> list ? list.stream() : Stream.of(names))
                        .map(String::valueOf);
    }

    @Override
    public void modifiedBundle(Bundle bundle, @Nullable BundleEvent event, List<Command> standIns) {
        // resolved, or not any more: it is stopped all the same
    }

    @Override
    public void removedBundle(Bundle bundle, @Nullable BundleEvent event, List<Command> standIns) {
        standIns.forEach(registry::unregister);
    }

    /** Takes all of them back. */
    @Deactivate
    public void close() {
        tracker.close();
    }
}
