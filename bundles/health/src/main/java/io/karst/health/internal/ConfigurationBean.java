// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.health.internal;

import io.karst.component.SafeText;
import io.karst.config.ApplyOutcome.AppliedConfig;
import io.karst.config.ConfigReport;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Remote configuration for JMX. */
record ConfigurationBean(Supplier<Optional<ConfigReport>> report) implements ConfigurationMXBean {

    private String text(Function<ConfigReport, Optional<?>> read) {
        return SafeText.of(report.get().flatMap(read).map(Object::toString).orElse(""));
    }

    @Override
    public String getState() {
        return report.get().map(now -> now.state().name()).orElse("NOT_READY");
    }

    @Override
    public String getSince() {
        return text(now -> Optional.of(now.since()));
    }

    @Override
    public String getSource() {
        return text(now -> Optional.of(now.source()));
    }

    @Override
    public String getLastSuccess() {
        return text(ConfigReport::lastSuccess);
    }

    @Override
    public String getExpires() {
        return text(ConfigReport::expires);
    }

    @Override
    public String getLastError() {
        return text(ConfigReport::lastError);
    }

    @Override
    public long getTargetsVersion() {
        return report.get().map(ConfigReport::targetsVersion).orElse(0L);
    }

    @Override
    public List<Entry> getConfigurations() {
        return report.get().map(ConfigReport::configs).orElse(List.of()).stream()
                .<Entry>map(Line::new)
                .toList();
    }

    private record Line(AppliedConfig config) implements Entry {

        @Override
        public String getPath() {
            return SafeText.of(config.config().path());
        }

        @Override
        public long getVersion() {
            return config.config().version();
        }

        @Override
        public String getState() {
            return config.state().word();
        }

        @Override
        public String getReason() {
            return SafeText.of(config.reason());
        }
    }
}
