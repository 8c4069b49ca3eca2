// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import io.karst.ability.Ability;
import io.karst.ability.AbilityProbe;
import io.karst.asset.CoreAssetLoader;
import io.karst.bpf.Bpf;
import io.karst.component.DroppedInstances;
import io.karst.resource.Inventory;
import io.karst.resource.ResourceInventory;
import io.karst.stage.Stage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stage 1. Ready when the first inventory is complete. */
@Component(
        name = "io.karst.initialize",
        immediate = true, // a stage does its work at start
        configurationPid = "io.karst.initialize",
        service = {ResourceInventory.class, Stage.class, AbilityProbe.class},
        property = {Stage.NAME + "=initialize", Stage.ORDER + ":Integer=1"})
@Designate(ocd = InitializeStage.Config.class)
public final class InitializeStage implements ResourceInventory, Stage, AbilityProbe, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(InitializeStage.class);

    private final MapInventory inventory;
    private final Instant readySince;
    private final Duration startupDuration;
    private Runnable forget = () -> {};

    /** What an operator may set; see {@code etc/io.karst.initialize.cfg}. */
    @ObjectClassDefinition(name = "Karst initialize")
    public @interface Config {
        /**
         * Which maps' locks are watched.
         *
         * @return all, own or pattern
         */
        @AttributeDefinition(
                name = "Track",
                options = {
                    @Option(label = "every map", value = "all"),
                    @Option(label = "maps of this process", value = "own"),
                    @Option(label = "maps by name", value = "pattern")
                })
        String track() default "all";

        /**
         * Names of maps with {@code *} and {@code ?}, separated by commas.
         *
         * @return empty unless track is pattern
         */
        @AttributeDefinition(name = "Pattern")
        String pattern() default "";
    }

    /**
     * Called by the service component runtime; makes the first scan.
     *
     * @param context the bundle's own
     * @param loader loads the kernel programs
     * @param bpf the kernel's BPF
     * @param config raw settings
     */
    @Activate
    public InitializeStage(
            BundleContext context,
            @Reference(name = "coreAssetLoader") CoreAssetLoader loader,
            @Reference(name = "bpf") Bpf bpf,
            Config config) {
        InstantSource clock = InstantSource.system();
        Instant started = clock.instant();
        Tracking tracking = Tracking.of(config.track(), config.pattern());
        MapScanner scanner = MapScanner.open(DroppedInstances.closeBefore(context, InitializeStage.class, loader), bpf);
        boolean complete = false;
        try {
            inventory = new MapInventory(scanner, clock, bpf, tracking);
            complete = true;
        } finally {
            if (!complete) {
                scanner.close();
            }
        }
        readySince = clock.instant();
        startupDuration = Duration.between(started, readySince);
        forget = DroppedInstances.keep(context, InitializeStage.class, this::close);
        LOG.info("maps={} track={} ready", inventory.current().maps().size(), tracking.mode());
    }

    /**
     * Called by the service component runtime when an operator changes settings. Nothing is stopped: the next scan, which the
     * tracer's owner makes at once, follows the new choice. A wrong setting is logged by the runtime and changes nothing.
     *
     * @param config raw settings
     */
    @Modified
    public void changed(Config config) {
        Tracking tracking = Tracking.of(config.track(), config.pattern());
        inventory.track(tracking);
        LOG.info("track={} pattern={} from the next scan on", tracking.mode(), config.pattern());
    }

    @Override
    public Inventory including(Set<Integer> mapIds) {
        return inventory.including(mapIds);
    }

    @Override
    public boolean isStale() {
        return inventory.isStale();
    }

    @Override
    public Inventory current() {
        return inventory.current();
    }

    @Override
    public Inventory rescan() {
        return inventory.rescan();
    }

    @Override
    public List<Ability> probe() {
        return inventory.abilities();
    }

    @Override
    public Instant readySince() {
        return readySince;
    }

    @Override
    public Duration startupDuration() {
        return startupDuration;
    }

    /** Closes the kernel programs. */
    @Deactivate
    @Override
    public void close() {
        forget.run();
        inventory.close();
    }
}
