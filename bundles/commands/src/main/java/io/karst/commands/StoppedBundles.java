// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;

/**
 * Bundles that somebody stopped. The components of a bundle need the services of others, which bnd declares in its manifest: so a
 * stopped bundle also explains why a bundle that is started offers nothing.
 */
public final class StoppedBundles {

    private static final String SERVICE = "osgi.service";
    private static final String KARST = "io.karst.";

    private StoppedBundles() {}

    /** Symbolic names of those that a bundle needs, itself among them, in alphabetical order. */
    static Set<String> neededBy(String symbolicName, BundleContext context) {
        List<Bundle> installed = List.of(context.getBundles());
        Deque<Bundle> left = new ArrayDeque<>();
        installed.stream()
                .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
                .forEach(left::add);
        Set<String> stopped = new TreeSet<>();
        Set<Bundle> seen = new HashSet<>();
        for (Bundle bundle = left.poll(); bundle != null; bundle = left.poll()) {
            if (!seen.add(bundle)) {
                continue;
            }
            if (isStopped(bundle)) {
                stopped.add(bundle.getSymbolicName());
            }
            requirements(bundle).forEach(requirement -> addProvider(requirement, installed, left));
        }
        return stopped;
    }

    /** Symbolic names of all bundles of Karst that are stopped, whether something needs them or not, in alphabetical order. */
    static Set<String> ofKarst(BundleContext context) {
        return Stream.of(context.getBundles())
                .filter(StoppedBundles::isOfKarst)
                .filter(StoppedBundles::isStopped)
                .map(Bundle::getSymbolicName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static boolean isOfKarst(Bundle bundle) {
        return bundle.getSymbolicName() != null && bundle.getSymbolicName().startsWith(KARST);
    }

    /** One that runs, if there is one. */
    private static void addProvider(BundleRequirement requirement, List<Bundle> installed, Deque<Bundle> left) {
        List<Bundle> providers = installed.stream()
                .filter(bundle -> capabilities(bundle).anyMatch(requirement::matches))
                .toList();
        providers.stream()
                .filter(bundle -> !isStopped(bundle))
                .findFirst()
                .or(() -> providers.stream().findFirst())
                .ifPresent(left::add);
    }

    /** Whether it was stopped, or cannot be resolved. One that waits for its start level is about to start. */
    private static boolean isStopped(Bundle bundle) {
        return bundle.getState() == Bundle.INSTALLED || (bundle.getState() == Bundle.RESOLVED && !startsItself(bundle));
    }

    private static boolean startsItself(Bundle bundle) {
        BundleStartLevel level = bundle.adapt(BundleStartLevel.class);
        return level != null && level.isPersistentlyStarted();
    }

    private static Stream<BundleRequirement> requirements(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        return revision == null
                ? Stream.empty()
                : revision.getDeclaredRequirements(SERVICE).stream()
                        .filter(requirement -> !Constants.RESOLUTION_OPTIONAL.equals(
                                requirement.getDirectives().get(Constants.RESOLUTION_DIRECTIVE)));
    }

    private static Stream<BundleCapability> capabilities(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        return revision == null ? Stream.empty() : revision.getDeclaredCapabilities(SERVICE).stream();
    }

    /** What a command says of a part that is not ready because bundles are stopped, and what to type. */
    static String notReady(String part, Set<String> bundles) {
        return bundles.size() == 1
                ? part + " is not ready: bundle " + String.join("", bundles)
                        + " is not started. Start it with bundle:start " + String.join("", bundles)
                : part + " is not ready: bundles " + String.join(", ", bundles)
                        + " are not started. Start them with bundle:start " + String.join(" ", bundles);
    }

    /**
     * What a command of a bundle says that is not started.
     *
     * @param command with its scope
     */
    public static String notReady(String command, Bundle bundle) {
        return isStopped(bundle)
                ? notReady(command, Set.of(bundle.getSymbolicName()))
                : command + " is not ready: bundle " + bundle.getSymbolicName() + " is starting. Try again in a moment";
    }
}
