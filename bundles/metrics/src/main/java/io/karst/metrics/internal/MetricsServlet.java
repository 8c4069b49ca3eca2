// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.metrics.internal;

import io.karst.component.RateLimitedLog;
import io.karst.component.SafeText;
import io.karst.config.ConfigUpdates;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.LockContention;
import io.karst.contention.LockTracer;
import io.karst.metrics.internal.Exposition.Readings;
import io.karst.metrics.internal.Exposition.Self;
import io.karst.resource.ResourceInventory;
import io.karst.stage.Flow;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusProtobufWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import javax.servlet.Servlet;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.http.whiteboard.propertytypes.HttpWhiteboardContextSelect;
import org.osgi.service.http.whiteboard.propertytypes.HttpWhiteboardServletName;
import org.osgi.service.http.whiteboard.propertytypes.HttpWhiteboardServletPattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers scrapes at {@code /karst/metrics}. The context {@code karst} asks for a login. Every service may be missing: then its
 * metrics are.
 */
@Component(name = "io.karst.metrics.servlet", service = Servlet.class)
@HttpWhiteboardContextSelect("(osgi.http.whiteboard.context.name=karst)")
@HttpWhiteboardServletName("karst-metrics")
@HttpWhiteboardServletPattern("/metrics")
public final class MetricsServlet extends HttpServlet {
    private static final long serialVersionUID = 1;
    private static final Logger LOG = LoggerFactory.getLogger(MetricsServlet.class);
    private static final int MAX_NAMES = 10;

    /**
     * The first one that the client accepts. Made here, because client_java's own list depends on system properties, which are for all
     * of Karaf.
     */
    private final List<ExpositionFormatWriter> formats = List.of(
            new PrometheusProtobufWriter(), OpenMetricsTextFormatWriter.create(), PrometheusTextFormatWriter.create());

    private final MetricsSettings settings;
    private final RateLimitedLog log = new RateLimitedLog(System::nanoTime);
    private final Rows rows = new Rows();
    private volatile long lastBytes;

    @Reference(name = "contention", policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile List<LockContention> contention = List.of();

    @Reference(name = "tracer", policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile List<LockTracer> tracer = List.of();

    @Reference(name = "inventory", policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile List<ResourceInventory> inventory = List.of();

    @Reference(name = "flow", policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile List<Flow> flow = List.of();

    @Reference(name = "configuration", policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile List<ConfigUpdates> configuration = List.of();

    /** Called by the service component runtime. */
    @Activate
    public MetricsServlet(@Reference(name = "settings") MetricsSettings settings) {
        this.settings = settings;
    }

    MetricsServlet(
            MetricsSettings settings,
            List<LockContention> contention,
            List<LockTracer> tracer,
            List<ResourceInventory> inventory,
            List<Flow> flow,
            List<ConfigUpdates> configuration) {
        this(settings);
        this.contention = List.copyOf(contention);
        this.tracer = List.copyOf(tracer);
        this.inventory = List.copyOf(inventory);
        this.flow = List.copyOf(flow);
        this.configuration = List.copyOf(configuration);
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        ExpositionFormatWriter format = format(request.getHeader("Accept"));
        MetricSnapshots metrics = Exposition.of(read());
        response.setContentType(format.getContentType());
        response.setHeader("Vary", "Accept, Accept-Encoding");
        boolean gzip = acceptsGzip(Collections.list(request.getHeaders("Accept-Encoding")));
        if (gzip) {
            response.setHeader("Content-Encoding", "gzip");
        }
        try (OutputStream body = response.getOutputStream();
                OutputStream encoded = gzip ? new GZIPOutputStream(body) : body;
                Counting counted = new Counting(encoded)) {
            format.write(counted, metrics, EscapingScheme.UNDERSCORE_ESCAPING);
            lastBytes = counted.bytes;
        }
    }

    private ExpositionFormatWriter format(String accept) {
        return formats.stream()
                .filter(format -> format.accepts(accept))
                .findFirst()
                .orElse(formats.get(formats.size() - 1));
    }

    static boolean acceptsGzip(List<String> encodings) {
        return encodings.stream()
                .flatMap(header -> List.of(header.split(",")).stream())
                .map(coding -> coding.replaceAll("\\s", ""))
                .anyMatch(coding -> coding.matches("(?i)gzip(;q=(?!0(\\.0*)?$).*)?"));
    }

    /** One scrape after the other, so that no row sees an older reading after a newer one. */
    private synchronized Readings read() {
        long begun = System.nanoTime();
        Optional<ContentionSnapshot> snapshot = ask(contention, LockContention::latest);
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        Optional<Rows.Table> table =
                snapshot.map(reading -> rows.read(reading, settings.inForce().maxRows()));
        table.ifPresent(this::tellFolded);
        return new Readings(
                snapshot,
                table,
                ask(tracer, LockTracer::cost),
                ask(inventory, ResourceInventory::current),
                ask(flow, Flow::stages).orElse(List.of()),
                ask(configuration, ConfigUpdates::report),
                new Self(took, lastBytes));
    }

    /** A service may end while it is asked, or fail for a reason that its stage reports. */
    @SuppressWarnings("IllegalCatch") // whatever one service throws, the metrics of the others are answered
    private <S, T> Optional<T> ask(List<S> services, Function<S, T> question) {
        try {
            return services.stream().findFirst().map(question);
        } catch (RuntimeException e) {
            tell(e.getClass(), "metrics are incomplete: {}", SafeText.of(e));
            return Optional.empty();
        }
    }

    private void tellFolded(Rows.Table table) {
        if (!table.newlyFolded().isEmpty()) {
            tell(
                    "folded",
                    "metrics: max.rows={} leaves out {} locks, which are added up as map=\"other\"; new among them: {}",
                    settings.inForce().maxRows(),
                    table.folded().size(),
                    names(table.newlyFolded()));
        }
    }

    private static String names(List<LockWaits> locks) {
        String names = locks.stream()
                .limit(MAX_NAMES)
                .map(lock -> lock.map() + " (map " + lock.mapId() + ") "
                        + lock.kind().map(Enum::name).orElse(""))
                .collect(Collectors.joining(", "));
        int more = locks.size() - MAX_NAMES;
        return SafeText.of(more > 0 ? names + " and " + more + " more" : names);
    }

    private void tell(Object key, String message, Object... details) {
        OptionalLong leftOut = log.permit(key);
        if (leftOut.isPresent()) {
            LOG.warn(message, details);
        }
    }

    private static final class Counting extends FilterOutputStream {
        private long bytes;

        Counting(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int value) throws IOException {
            out.write(value);
            bytes++;
        }

        @Override
        public void write(byte[] buffer, int offset, int length) throws IOException {
            out.write(buffer, offset, length);
            bytes += length;
        }
    }
}
