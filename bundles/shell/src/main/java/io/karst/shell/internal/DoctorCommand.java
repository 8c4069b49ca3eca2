// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.ability.Ability;
import io.karst.ability.AbilityProbe;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code karst:doctor}. */
@Service
@Command(
        scope = "karst",
        name = "doctor",
        description =
                "Probes what this kernel and this process can do, and says what each missing ability costs and how"
                        + " to get it.")
public final class DoctorCommand extends KarstCommand {

    /** Called by Karaf, once per execution. */
    public DoctorCommand() {}

    @Override
    void run(Services services) throws CommandException, InterruptedException {
        List<Ability> abilities = services.all(AbilityProbe.class, DoctorView::probe).stream()
                .flatMap(List::stream)
                .toList();
        if (json) {
            print(DoctorView.json(abilities));
            return;
        }
        print(DoctorView.table(abilities, isTerminal()));
        remark("");
        remark(DoctorView.summary(abilities));
    }
}
