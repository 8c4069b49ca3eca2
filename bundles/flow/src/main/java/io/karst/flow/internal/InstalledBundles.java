// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.flow.internal;

import io.karst.stage.Stage;
import io.karst.stage.StageReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;

/**
 * Reads the capabilities that installed bundles declare: {@code io.karst.stage} names the component of a stage,
 * {@code osgi.service} what its runner registers. For other components bnd generates {@code osgi.service}.
 */
final class InstalledBundles implements Bundles {

    private static final String STAGE = "io.karst.stage";
    private static final String SERVICE = "osgi.service";

    private final BundleContext context;

    InstalledBundles(BundleContext context) {
        this.context = context;
    }

    @Override
    public List<StagePlace> stages() {
        List<StagePlace> places = new ArrayList<>();
        for (Bundle bundle : context.getBundles()) {
            capabilities(bundle, STAGE).map(offer -> place(bundle, offer)).forEach(places::add);
        }
        places.sort(Comparator.comparing(StagePlace::isBeside)
                .thenComparingInt(StagePlace::order)
                .thenComparing(StagePlace::name));
        return places;
    }

    private static StagePlace place(Bundle bundle, BundleCapability offer) {
        Map<String, Object> attributes = offer.getAttributes();
        String name = String.valueOf(attributes.get(STAGE));
        int order = attributes.get("order") instanceof Number number ? number.intValue() : Integer.MAX_VALUE;
        Object component = attributes.getOrDefault("component", bundle.getSymbolicName());
        return new StagePlace(
                order, name, String.valueOf(component), bundle.getSymbolicName(), bundle.getState() == Bundle.ACTIVE);
    }

    @Override
    public Optional<StageReport> running(String component) {
        try {
            for (ServiceReference<Stage> reference :
                    context.getServiceReferences(Stage.class, "(component.name=" + component + ")")) {
                Stage stage = context.getService(reference);
                if (stage != null) {
                    try {
                        return Optional.of(stage.report());
                    } finally {
                        context.ungetService(reference);
                    }
                }
            }
            return Optional.empty();
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("filter for component.name=" + component, e);
        }
    }

    @Override
    public boolean offers(long bundleId, String interfaceName) {
        Bundle bundle = context.getBundle(bundleId);
        return bundle != null && offers(bundle, interfaceName);
    }

    @Override
    public Optional<String> dormantProvider(String interfaceName) {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> bundle.getState() != Bundle.ACTIVE)
                .filter(bundle -> offers(bundle, interfaceName))
                .map(Bundle::getSymbolicName)
                .findFirst();
    }

    private static boolean offers(Bundle bundle, String interfaceName) {
        return capabilities(bundle, SERVICE).anyMatch(offer -> offers(offer, interfaceName));
    }

    private static boolean offers(BundleCapability offer, String interfaceName) {
        Object classes = offer.getAttributes().get("objectClass");
        return classes instanceof List<?> list ? list.contains(interfaceName) : interfaceName.equals(classes);
    }

    /** Of the bundle as installed: an unresolved one has no wiring, but declares them all the same. */
    private static Stream<BundleCapability> capabilities(Bundle bundle, String namespace) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        return revision == null ? Stream.empty() : revision.getDeclaredCapabilities(namespace).stream();
    }
}
