// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.health.internal;

import io.karst.component.SafeText;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import java.util.List;
import java.util.function.Supplier;

/** The stages for JMX. */
record FlowBean(Supplier<List<StageReport>> stages) implements FlowMXBean {

    @Override
    public boolean isReady() {
        List<StageReport> needed =
                stages.get().stream().filter(StageReport::isStage).toList();
        return !needed.isEmpty() && needed.stream().allMatch(stage -> stage.state() == StageState.READY);
    }

    @Override
    public List<Stage> getStages() {
        return stages.get().stream().<Stage>map(Line::new).toList();
    }

    private record Line(StageReport report) implements Stage {

        @Override
        public int getOrder() {
            return report.order();
        }

        @Override
        public String getName() {
            return report.name();
        }

        @Override
        public String getState() {
            return report.state().name();
        }

        @Override
        public String getSince() {
            return report.since().toString();
        }

        @Override
        public long getDurationMillis() {
            return report.duration().toMillis();
        }

        @Override
        public List<String> getWaitingFor() {
            return report.waitingFor().stream().map(SafeText::of).toList();
        }

        @Override
        public String getLastError() {
            return SafeText.of(report.lastError().orElse(""));
        }
    }
}
