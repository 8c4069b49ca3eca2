// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.BeforeClass;
import org.junit.Test;

/** The arrows between bundles: api, core, commands, adapter, service, and no others. */
public class ArchitectureTest {

    private static final Set<String> CORES = Set.of("locks", "remote-config");

    /** What services share beside the cores; it knows the framework. */
    private static final String COMMANDS = "commands";

    private static final Set<String> ADAPTERS = Set.of("libbpf", "config-grpc");

    /** Who alone may import a foreign library, and its packages. */
    private static final Map<Set<String>, List<String>> IMPORTERS = Map.of(
            Set.of("libbpf"), List.of("jnr.", "com.kenai.jffi."),
            Set.of("config-grpc"), List.of("io.grpc.", "com.google.protobuf."),
            Set.of("config-grpc", "remote-config"), List.of("org.bouncycastle."),
            Set.of("prometheus"), List.of("io.prometheus."),
            Set.of("otlp"), List.of("io.opentelemetry."));

    private static final Map<String, JavaClasses> MODULES = new TreeMap<>();
    private static final Map<String, String> MODULE_OF = new HashMap<>();

    @BeforeClass
    public static void readAllClasses() throws IOException {
        try (Stream<Path> bundles = Files.list(Path.of("..", "bundles"))) {
            for (Path bundle : (Iterable<Path>) bundles.sorted()::iterator) {
                Path classes = bundle.resolve("target").resolve("classes");
                if (Files.isDirectory(classes)) {
                    String module = bundle.getFileName().toString();
                    JavaClasses imported = new ClassFileImporter().importPath(classes);
                    MODULES.put(module, imported);
                    imported.forEach(type -> MODULE_OF.put(type.getName(), module));
                }
            }
        }
    }

    @Test
    public void thereIsSomethingToJudge() {
        assertTrue(MODULES.keySet().toString(), MODULES.keySet().containsAll(Set.of("api", "locks", "libbpf", "flow")));
    }

    @Test
    public void onlyItsAdapterImportsAForeignLibrary() {
        IMPORTERS.forEach((importers, packages) -> assertEquals(
                List.of(),
                offences(
                        module -> !importers.contains(module),
                        target -> packages.stream().anyMatch(target.getName()::startsWith))));
    }

    @Test
    public void adaptersAndServicesImportOnlyApiAndCore() {
        List<String> offences = new ArrayList<>();
        MODULES.forEach((module, classes) -> dependencies(classes).forEach(dependency -> {
            String other = MODULE_OF.get(
                    dependency.getTargetClass().getBaseComponentType().getName());
            boolean allowed = other == null
                    || other.equals(module)
                    || other.equals("api")
                    || (CORES.contains(other) && !module.equals("api"))
                    || (COMMANDS.equals(other) && isService(module));
            if (!allowed) {
                offences.add(module + " -> " + other + ": " + dependency.getDescription());
            }
        }));
        assertEquals(List.of(), offences);
    }

    private static boolean isService(String module) {
        return !module.equals("api") && !CORES.contains(module) && !ADAPTERS.contains(module);
    }

    @Test
    public void coresKnowNoFrameworkAndNoNetwork() {
        assertEquals(
                List.of(),
                offences(CORES::contains, target -> foreignToCore(target.getPackageName(), target.getSimpleName())));
    }

    private static boolean foreignToCore(String packageName, String name) {
        boolean osgi = packageName.startsWith("org.osgi.") && !packageName.contains("annotation");
        boolean network =
                packageName.startsWith("java.net.") || (packageName.equals("java.net") && !name.startsWith("URI"));
        boolean channel = packageName.startsWith("java.nio.channels") && name.contains("Socket");
        return osgi || network || channel;
    }

    @Test
    public void coresAreToldTheTime() {
        List<String> offences = new ArrayList<>();
        MODULES.forEach((module, classes) -> {
            if (CORES.contains(module)) {
                classes.forEach(type -> type.getMethodCallsFromSelf().stream()
                        .filter(call -> readsTheClock(call.getTargetOwner().getName(), call.getName()))
                        .forEach(call -> offences.add(call.getDescription())));
            }
        });
        assertEquals(List.of(), offences);
    }

    private static boolean readsTheClock(String owner, String method) {
        boolean clock = owner.equals("java.time.Clock") && method.startsWith("system");
        boolean now = owner.startsWith("java.time.") && method.equals("now");
        boolean system = owner.equals("java.lang.System") && method.matches("currentTimeMillis|nanoTime");
        return clock || now || system;
    }

    @Test
    public void packagesMakeNoCircles() {
        MODULES.values().stream()
                .filter(classes -> !classes.isEmpty())
                .forEach(classes -> slices().matching("io.karst.(**)")
                        .should()
                        .beFreeOfCycles()
                        .allowEmptyShould(true)
                        .check(classes));
    }

    private static List<String> offences(Predicate<String> module, Predicate<JavaClass> forbidden) {
        List<String> offences = new ArrayList<>();
        MODULES.forEach((name, classes) -> {
            if (module.test(name)) {
                dependencies(classes)
                        .filter(dependency -> forbidden.test(dependency.getTargetClass()))
                        .map(dependency -> name + ": " + dependency.getDescription())
                        .forEach(offences::add);
            }
        });
        return offences;
    }

    private static Stream<Dependency> dependencies(JavaClasses classes) {
        return classes.stream().flatMap(type -> type.getDirectDependenciesFromSelf().stream());
    }
}
