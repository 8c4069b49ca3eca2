// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal.pinned;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.ability.Ability;
import io.karst.ability.Answer;
import io.karst.bpf.Bpf;
import io.karst.bpf.DirectoryClaim;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code karst:doctor} says of pins that were left, with directories of a plain file system. */
class PinMaintenanceTest {
    private static final DirectoryClaim CLAIM = () -> {};

    @TempDir
    private Path root = Path.of("");

    @Test
    void whatIsInUseOrItsOwnIsNotLeft() throws IOException {
        pinned("mine", "running");
        assertThat(probe(Set.of("running")).answer()).isEqualTo(Answer.YES);
    }

    @Test
    void showsWhatIsLeftAndHowToRemoveIt() throws IOException {
        pinned("mine", "running", "dead-1", "dead-2");
        Ability ability = probe(Set.of("running"));
        assertThat(ability.answer()).isEqualTo(Answer.NO);
        assertThat(ability.matters()).isTrue();
        assertThat(ability.evidence())
                .contains(root.resolve("dead-1") + ", " + root.resolve("dead-2"))
                .doesNotContain("mine", "running,");
        assertThat(ability.remedy()).contains("karst:cleanup --dead");
    }

    @Test
    void showsAtMostFive() throws IOException {
        pinned("a", "b", "c", "d", "e", "f", "g");
        assertThat(probe(Set.of()).evidence()).contains(root.resolve("e") + " and 2 more");
    }

    @Test
    void whatCannotBeReadIsNotKnown() throws IOException {
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxrwxrwx"));
        Ability ability = probe(Set.of());
        assertThat(ability.answer()).isEqualTo(Answer.NOT_KNOWN);
        assertThat(ability.evidence()).contains("is writable by group or others");
    }

    private void pinned(String... instances) throws IOException {
        for (String instance : instances) {
            Files.createDirectory(root.resolve(instance));
        }
    }

    private Ability probe(Set<String> running) {
        Bpf bpf = (Bpf) Proxy.newProxyInstance(
                Bpf.class.getClassLoader(),
                new Class<?>[] {Bpf.class},
                (proxy, method, arguments) -> running.contains(String.valueOf(((Path) arguments[0]).getFileName()))
                        ? Optional.empty()
                        : Optional.of(CLAIM));
        List<Ability> abilities = new PinMaintenance(bpf, new PinLocation(true, root, "mine")).probe();
        assertThat(abilities).hasSize(1);
        return abilities.get(0);
    }
}
