// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.commands.Arguments;
import io.karst.commands.KarstCommand;
import io.karst.commands.Progress;
import io.karst.commands.Services;
import io.karst.component.OnlineCpus;
import io.karst.contention.ContentionHistory;
import io.karst.contention.LockContention;
import io.karst.contention.RecentContention;
import io.karst.stage.Flow;
import io.karst.stage.StageReport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Dictionary;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.completers.FileCompleter;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** {@code karst:report}. */
@Service
@Command(
        scope = "karst",
        name = "report",
        description = "Writes one page with everything to attach to a ticket: hottest locks, the last minute, checks,"
                + " versions, settings.",
        detailedDescription = "classpath:help/report.txt")
public final class ReportCommand extends KarstCommand {
    private static final int ROWS = 50;
    private static final int MOST_SECONDS = 60;

    /** The history has finer steps for this long than for longer. */
    private static final Duration CHARTED = Duration.ofHours(2).minusMinutes(1);

    private static final String KARST = "io.karst.";
    private static final String SECONDS = "--seconds";
    private static final Path PROC = Path.of("/proc/sys/kernel");

    @Argument(
            name = "file",
            description = "File to write, such as report.html. It must not exist.",
            required = true,
            multiValued = true)
    @Completion(FileCompleter.class)
    private List<String> words = new ArrayList<>();

    @Option(
            name = SECONDS,
            description =
                    "Read the counters for this many seconds before, 0 to 60, so that the chart has what it shows.")
    private int seconds = 10;

    @Override
    protected void run(Services services) throws CommandException, InterruptedException {
        Arguments typed = Arguments.of(words, Set.of(), Set.of(SECONDS));
        seconds = typed.number(SECONDS).orElse(seconds);
        Arguments.requireWithin(SECONDS, seconds, 0, MOST_SECONDS);
        if (typed.words().size() != 1) {
            throw new CommandException("Name one file. See --help");
        }
        Path path = path(typed.words().get(0));
        if (Files.exists(path)) {
            throw new CommandException(path + " exists already");
        }
        byte[] page = report(services).html().getBytes(StandardCharsets.UTF_8);
        try {
            write(path, page);
        } catch (FileAlreadyExistsException e) {
            throw new CommandException(path + " exists already", e);
        } catch (NoSuchFileException e) {
            throw new CommandException("There is no folder " + path.getParent(), e);
        } catch (IOException e) {
            throw new CommandException(path + " cannot be written: " + e.getMessage(), e);
        }
        println(path + ": " + page.length + " bytes");
    }

    private static Path path(String file) throws CommandException {
        try {
            return Path.of(file).toAbsolutePath();
        } catch (InvalidPathException e) {
            throw new CommandException(file + " is no path: " + e.getReason(), e);
        }
    }

    /** For its owner only: it tells what runs on this host. */
    private static void write(Path path, byte[] page) throws IOException {
        boolean written = false;
        try (SeekableByteChannel out = Files.newByteChannel(
                path,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            try {
                ByteBuffer left = ByteBuffer.wrap(page);
                while (left.hasRemaining()) {
                    int unused = out.write(left);
                }
                written = true;
            } finally {
                if (!written) {
                    Files.delete(path);
                }
            }
        }
    }

    private Report report(Services services) throws InterruptedException {
        Optional<LocksView> locks = Optional.empty();
        String problem = "";
        try {
            RecentContention recent =
                    services.require(LockContention.class, "contention", "lock-tracer", this::measured);
            LockReading.Choice choice = new LockReading.Choice(
                    LocksView.By.KIND, LocksView.Sort.NOW, ROWS, OptionalInt.empty(), false, false, false);
            locks = Optional.of(LockReading.of(recent, services).view(choice));
        } catch (CommandException e) {
            problem = String.valueOf(e.getMessage());
        }
        List<StageReport> stages = services.ifPresent(Flow.class, Flow::stages).orElse(List.of());
        FlowView view = new FlowView(List.of(), List.of(), Optional.empty(), Clock.systemUTC());
        Instant now = Instant.now();
        return new Report(
                now,
                locks,
                problem,
                services.ifPresent(ContentionHistory.class, history -> history.between(now.minus(CHARTED), now)),
                view.stages().cells(stages),
                stages,
                DoctorCommand.abilities(services),
                versions(),
                settings(services));
    }

    private RecentContention measured(LockContention contention) throws InterruptedException {
        if (seconds == 0 || !isTerminal()) {
            return readings(contention);
        }
        try (Progress progress = progress(seconds)) {
            progress.start();
            return readings(contention);
        }
    }

    private RecentContention readings(LockContention contention) throws InterruptedException {
        RecentContention recent = contention.recent();
        for (int second = 0; second < seconds; second++) {
            TimeUnit.SECONDS.sleep(1);
            recent = contention.recent();
        }
        return recent;
    }

    private static List<List<String>> versions() {
        List<List<String>> versions = new ArrayList<>();
        versions.add(List.of("What", "Version"));
        versions.add(List.of("Host", kernel("hostname")));
        versions.add(List.of("Linux", kernel("osrelease") + " " + kernel("version")));
        versions.add(List.of(
                "Machine", System.getProperty("os.arch") + ", " + OnlineCpus.count(Path.of("/sys")) + " CPUs online"));
        versions.add(List.of(
                "Java", System.getProperty("java.runtime.version") + " (" + System.getProperty("java.vm.name") + ")"));
        versions.add(List.of("Karaf", System.getProperty("karaf.version", "not known")));
        Arrays.stream(FrameworkUtil.getBundle(ReportCommand.class)
                        .getBundleContext()
                        .getBundles())
                .filter(bundle -> String.valueOf(bundle.getSymbolicName()).startsWith(KARST))
                .sorted(Comparator.comparing(Bundle::getSymbolicName))
                .map(bundle -> List.of(
                        bundle.getSymbolicName(),
                        bundle.getVersion() + (bundle.getState() == Bundle.ACTIVE ? "" : ", not active")))
                .forEach(versions::add);
        return versions;
    }

    private static String kernel(String name) {
        try {
            return Files.readString(PROC.resolve(name)).strip();
        } catch (IOException e) {
            return "not known: " + e.getMessage();
        }
    }

    private static List<List<String>> settings(Services services) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("PID", "Setting", "Value"));
        services.ifPresent(ConfigurationAdmin.class, ReportCommand::configurations)
                .ifPresent(all -> rows.addAll(ShownSettings.rows(all)));
        return rows;
    }

    private static List<Dictionary<String, Object>> configurations(ConfigurationAdmin admin) {
        try {
            Configuration[] found = admin.listConfigurations("(service.pid=" + KARST + "*)");
            return found == null
                    ? List.of()
                    : Arrays.stream(found).map(Configuration::getProperties).toList();
        } catch (IOException | InvalidSyntaxException e) {
            throw new IllegalStateException("the settings cannot be read", e);
        }
    }
}
