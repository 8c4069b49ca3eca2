// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.health.internal;

import io.karst.component.LoggedException;
import io.karst.component.SafeText;
import io.karst.component.ServiceLookup;
import io.karst.config.ConfigReport;
import io.karst.config.ConfigUpdates;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.LockContention;
import io.karst.resource.Inventory;
import io.karst.resource.ResourceInventory;
import io.karst.stage.Flow;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Registers an MBean for each service of Karst. They look up the service for each question. */
@Component(
        name = "io.karst.health.jmx",
        immediate = true,
        service = {})
public final class Beans {

    private static final Logger LOG = LoggerFactory.getLogger(Beans.class);

    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    private final List<ObjectName> registered = new ArrayList<>();

    /** Registers them. */
    @Activate
    public Beans(BundleContext context) {
        ServiceLookup lookup = new ServiceLookup(context);
        register(
                "Flow", new FlowBean(() -> lookup.read(Flow.class, Flow::stages).orElse(List.of())), FlowMXBean.class);
        register(
                "Contention",
                new ContentionBean(() ->
                        lookup.<LockContention, ContentionSnapshot>read(LockContention.class, LockContention::latest)),
                ContentionMXBean.class);
        register(
                "Maps",
                new MapsBean(() ->
                        lookup.<ResourceInventory, Inventory>read(ResourceInventory.class, ResourceInventory::current)),
                MapsMXBean.class);
        register(
                "Configuration",
                new ConfigurationBean(
                        () -> lookup.<ConfigUpdates, ConfigReport>read(ConfigUpdates.class, ConfigUpdates::report)),
                ConfigurationMXBean.class);
    }

    private <B> void register(String type, B bean, Class<B> face) {
        try {
            ObjectName name = new ObjectName("io.karst:type=" + type);
            server.registerMBean(new StandardMBean(bean, face, true), name);
            registered.add(name);
        } catch (JMException e) {
            LOG.warn("io.karst:type={} is not in JMX: {}", type, SafeText.of(e.getMessage()), LoggedException.of(e));
        }
    }

    /** Takes them back. */
    @Deactivate
    public void close() {
        for (ObjectName name : registered) {
            try {
                server.unregisterMBean(name);
            } catch (JMException e) {
                LOG.warn("{} stays in JMX: {}", name, SafeText.of(e.getMessage()), LoggedException.of(e));
            }
        }
        registered.clear();
    }
}
