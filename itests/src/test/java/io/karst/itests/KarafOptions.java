// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.configureConsole;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.karafDistributionConfiguration;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.keepRuntimeFolder;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.logLevel;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.karaf.options.LogLevelOption;
import org.ops4j.pax.exam.options.extra.VMOption;

/** How pax-exam starts the built distribution: the way that {@code bin/karaf} does, on ports of its own. */
final class KarafOptions {

    private static final String SHELL = "etc/org.apache.karaf.shell.cfg";
    private static final String MANAGEMENT = "etc/org.apache.karaf.management.cfg";

    /** As in the distribution's own etc. */
    private static final List<String> BOOT_FEATURES = List.of(
            "framework",
            "eventadmin",
            "jaas",
            "shell",
            "feature",
            "ssh",
            "bundle",
            "config",
            "log",
            "management",
            "service",
            "system",
            "package",
            "diagnostic",
            "kar",
            "scr",
            "karst");

    private static final AtomicBoolean PINS_GO = new AtomicBoolean();

    private KarafOptions() {}

    static Option distribution() {
        List<Option> options = new ArrayList<>();
        options.add(karafDistributionConfiguration()
                .frameworkUrl(Path.of(property("karst.distribution")).toUri().toString())
                .karafVersion(property("karaf.version"))
                .name("Karst")
                .unpackDirectory(Path.of("target", "exam").toFile())
                .useDeployFolder(false));
        if (Boolean.getBoolean("karst.keep")) {
            options.add(keepRuntimeFolder());
        }
        options.add(configureConsole().ignoreLocalConsole().ignoreRemoteShell());
        options.add(logLevel(LogLevelOption.LogLevel.INFO));
        options.add(editConfigurationFilePut(SHELL, "sshPort", RunningKaraf.freePort()));
        options.add(editConfigurationFilePut(MANAGEMENT, "rmiRegistryPort", RunningKaraf.freePort()));
        options.add(editConfigurationFilePut(MANAGEMENT, "rmiServerPort", RunningKaraf.freePort()));
        options.add(editConfigurationFilePut("etc/io.karst.locktracer.cfg", "pin.instance", instance()));
        options.add(editConfigurationFilePut(
                "etc/org.ops4j.pax.url.mvn.cfg",
                "org.ops4j.pax.url.mvn.localRepository",
                property("maven.repo.local")));
        // A stage of its own for what pax-exam appends, or the first test bundle may arrive while Karaf still resolves.
        options.add(editConfigurationFilePut(
                "etc/org.apache.karaf.features.cfg", "featuresBoot", "(" + String.join(",", BOOT_FEATURES) + ")"));
        options.add(systemProperty("karst.swaps").value(property("karst.swaps")));
        options.add(systemProperty("karst.faults").value(property("karst.faults")));
        options.add(systemProperty("karst.pins").value("/sys/fs/bpf/karst/" + instance()));
        virtualMachine().forEach(line -> options.add(new VMOption(line)));
        return composite(options.toArray(Option[]::new));
    }

    /** A server on a port of its own, and its client, which asks often. Their features are not installed by this. */
    static Option remoteConfiguration() {
        String port = RunningKaraf.freePort();
        return composite(
                editConfigurationFilePut("etc/io.karst.configserver.cfg", "port", port),
                editConfigurationFilePut("etc/io.karst.config.cfg", "address", "localhost:" + port),
                editConfigurationFilePut("etc/io.karst.config.cfg", "interval.millis", "200"));
    }

    /** What {@code bin/karaf} gives the virtual machine, which pax-exam does not, and what the build gives all its short ones. */
    private static List<String> virtualMachine() {
        String specs = "lib/endorsed/org.apache.karaf.specs.";
        String version = "-" + property("karaf.version") + ".jar";
        List<String> lines = new ArrayList<>(List.of(
                "--add-reads=java.xml=java.logging",
                "--add-exports=java.base/org.apache.karaf.specs.locator=java.xml,ALL-UNNAMED",
                "--patch-module",
                "java.base=" + specs + "locator" + version,
                "--patch-module",
                "java.xml=" + specs + "java.xml" + version));
        for (String opened : List.of(
                "java.base/java.security",
                "java.base/java.net",
                "java.base/java.lang",
                "java.base/java.util",
                "java.naming/javax.naming.spi",
                "java.rmi/sun.rmi.transport.tcp")) {
            lines.add("--add-opens=" + opened + "=ALL-UNNAMED");
        }
        for (String exported : List.of(
                "java.base/sun.net.www.protocol.file",
                "java.base/sun.net.www.protocol.ftp",
                "java.base/sun.net.www.protocol.http",
                "java.base/sun.net.www.protocol.https",
                "java.base/sun.net.www.protocol.jar",
                "java.base/sun.net.www.content.text",
                "jdk.xml.dom/org.w3c.dom.html",
                "jdk.naming.rmi/com.sun.jndi.url.rmi",
                "java.rmi/sun.rmi.registry",
                "java.security.sasl/com.sun.security.sasl",
                "java.naming/com.sun.jndi.ldap")) {
            lines.add("--add-exports=" + exported + "=ALL-UNNAMED");
        }
        lines.add("-Djava.security.manager=allow");
        lines.addAll(List.of(property("karst.jvm").split(" ")));
        lines.add("-classpath");
        lines.add("lib/jdk9plus/*:lib/boot/*:lib/endorsed/*");
        return lines;
    }

    /** The tests' own pins, which go when the process that starts these Karafs ends. */
    private static String instance() {
        String name = "itest-" + ProcessHandle.current().pid();
        if (PINS_GO.compareAndSet(false, true)) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> removePins(name)));
        }
        return name;
    }

    private static void removePins(String name) {
        try {
            RunningKaraf.run(Path.of("."), "rm", "-rf", "/sys/fs/bpf/karst/" + name);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("pins of " + name + " stay", e);
        }
    }

    private static String property(String name) {
        String value = System.getProperty(name);
        if (value == null) {
            throw new IllegalStateException("system property " + name + " is not set; run by mvn verify");
        }
        return value;
    }
}
