// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.health.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.config.ConfigReport;
import io.karst.config.ConfigState;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.LostReason;
import io.karst.resource.BlindSpot;
import io.karst.resource.Inventory;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import io.karst.testing.HostileText;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.osgi.framework.BundleContext;

class BeansTest {
    private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();
    /** A Karaf in which nothing of Karst is ready. */
    private static BundleContext nothing() {
        return (BundleContext) Proxy.newProxyInstance(
                BundleContext.class.getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (self, method, arguments) -> null);
    }

    @Test
    void eachServiceHasABeanAlsoWhileItIsNotThere() throws Exception {
        Beans beans = new Beans(nothing());
        try {
            for (String type : List.of("Flow", "Contention", "Maps", "Configuration")) {
                ObjectName name = new ObjectName("io.karst:type=" + type);
                assertThat(SERVER.getMBeanInfo(name).getOperations()).isEmpty();
                for (MBeanAttributeInfo attribute : SERVER.getMBeanInfo(name).getAttributes()) {
                    assertThat(SERVER.getAttribute(name, attribute.getName())).isNotNull();
                    assertThat(attribute.isWritable()).isFalse();
                }
            }
            assertThat(SERVER.getAttribute(new ObjectName("io.karst:type=Configuration"), "State"))
                    .isEqualTo("NOT_READY");
        } finally {
            beans.close();
        }
        assertThat(SERVER.queryNames(new ObjectName("io.karst:*"), null)).isEmpty();
    }

    /** All that a console shows, with these names in it. */
    private static List<Object> values(String name) throws Exception {
        Supplier<List<StageReport>> stages = () -> List.of(
                Samples.stage(1, "initialize", StageState.FAILED, name),
                Samples.stage(2, "kernel-symbols", StageState.WAITING, name));
        Supplier<Optional<ContentionSnapshot>> reading =
                () -> Optional.of(Samples.reading(Samples.NOW.plusSeconds(9), name, 3, Map.of(LostReason.CLOCK, 2L)));
        Supplier<Optional<Inventory>> inventory =
                () -> Optional.of(new Inventory(1, Samples.NOW, List.of(), Set.of(), List.<BlindSpot>of()));
        Supplier<Optional<ConfigReport>> config =
                () -> Optional.of(Samples.config(ConfigState.ERROR, Optional.of(Samples.NOW), Optional.of(name)));
        List<Object> values = new ArrayList<>();
        values.addAll(values(new StandardMBean(new FlowBean(stages), FlowMXBean.class, true)));
        values.addAll(values(new StandardMBean(new ContentionBean(reading), ContentionMXBean.class, true)));
        values.addAll(values(new StandardMBean(new MapsBean(inventory), MapsMXBean.class, true)));
        values.addAll(values(new StandardMBean(new ConfigurationBean(config), ConfigurationMXBean.class, true)));
        return values;
    }

    private static List<Object> values(StandardMBean bean) throws Exception {
        List<Object> values = new ArrayList<>();
        for (MBeanAttributeInfo attribute : bean.getMBeanInfo().getAttributes()) {
            add(bean.getAttribute(attribute.getName()), values);
        }
        return values;
    }

    private static void add(Object value, List<Object> values) {
        if (value instanceof Object[] several) {
            Arrays.stream(several).forEach(each -> add(each, values));
        } else if (value instanceof CompositeData row) {
            row.values().forEach(each -> add(each, values));
        } else {
            values.add(value);
        }
    }

    @Test
    void showsWhatTheServicesReport() throws Exception {
        assertThat(values("flow_table"))
                .contains("flow_table", "hash", "HASH_BUCKET", 12, 3L, 3L << 20, "FAILED", "ERROR");
    }

    @ParameterizedTest
    @FieldSource("io.karst.testing.HostileText#ALL")
    void hostileNamesAreHarmless(String name) throws Exception {
        assertThat(values(name)).allSatisfy(HostileText::assertHarmless);
    }
}
