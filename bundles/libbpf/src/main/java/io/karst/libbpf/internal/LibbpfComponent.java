// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.bpf.Bpf;
import io.karst.stage.Stage;
import io.karst.stage.StageReport;
import io.karst.stage.StageRunner;
import java.util.List;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Offers libbpf. Immediate, so that a failure is reported before the service is used. */
@Component(name = "io.karst.libbpf", immediate = true, service = Stage.class)
public final class LibbpfComponent implements Stage {
    private final StageRunner<NativeBpf> runner;

    /** Starts the service. */
    @Activate
    public LibbpfComponent(ComponentContext component) {
        runner = StageRunner.start(component.getServiceReference(), List.of(Bpf.class), NativeBpf::new);
    }

    @Override
    public StageReport report() {
        return runner.report();
    }
}
