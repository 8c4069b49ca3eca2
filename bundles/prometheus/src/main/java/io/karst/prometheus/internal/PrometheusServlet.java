// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.prometheus.internal;

import io.karst.metrics.Metric;
import io.karst.metrics.Metric.Gauge;
import io.karst.metrics.Metric.Value;
import io.karst.metrics.Metrics;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusProtobufWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import javax.servlet.Servlet;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.http.context.ServletContextHelper;
import org.osgi.service.http.whiteboard.propertytypes.HttpWhiteboardContextSelect;
import org.osgi.service.http.whiteboard.propertytypes.HttpWhiteboardServletName;
import org.osgi.service.http.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/**
 * Answers scrapes at {@code /karst/metrics}. The context {@code karst} asks for a login.
 */
@Component(
        name = "io.karst.prometheus.servlet",
        service = Servlet.class,
        // a servlet that Pax Web 8 adds before its context is never found
        reference =
                @Reference(name = "context", service = ServletContextHelper.class, target = PrometheusServlet.CONTEXT))
@HttpWhiteboardContextSelect(PrometheusServlet.CONTEXT)
@HttpWhiteboardServletName("karst-metrics")
@HttpWhiteboardServletPattern("/metrics")
public final class PrometheusServlet extends HttpServlet {
    /** The context of the bundle http, which logs in whoever asks. */
    static final String CONTEXT = "(osgi.http.whiteboard.context.name=karst)";

    private static final long serialVersionUID = 1;

    /**
     * The first one that the client accepts. Made here, because client_java's own list depends on system properties, which are for all
     * of Karaf.
     */
    private final List<ExpositionFormatWriter> formats = List.of(
            new PrometheusProtobufWriter(), OpenMetricsTextFormatWriter.create(), PrometheusTextFormatWriter.create());

    private final Metrics metrics;
    private volatile long lastBytes;

    /** Called by the service component runtime. */
    @Activate
    public PrometheusServlet(@Reference(name = "metrics") Metrics metrics) {
        this.metrics = metrics;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        ExpositionFormatWriter format = format(request.getHeader("Accept"));
        List<Metric> now = new ArrayList<>(metrics.read());
        now.add(new Gauge(
                "karst_self_scrape_bytes",
                "Size of the answer to the scrape before this one, uncompressed.",
                List.of(new Value(Map.of(), (double) lastBytes))));
        response.setContentType(format.getContentType());
        response.setHeader("Vary", "Accept, Accept-Encoding");
        boolean gzip = acceptsGzip(Collections.list(request.getHeaders("Accept-Encoding")));
        if (gzip) {
            response.setHeader("Content-Encoding", "gzip");
        }
        try (OutputStream body = response.getOutputStream();
                OutputStream encoded = gzip ? new GZIPOutputStream(body) : body;
                Counting counted = new Counting(encoded)) {
            format.write(counted, Snapshots.of(now), EscapingScheme.UNDERSCORE_ESCAPING);
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
