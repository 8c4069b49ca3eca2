// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.config.ConfigCheck;
import io.karst.config.ConfigRefusedException;
import io.karst.config.server.internal.Verdict.Answer;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VerdictTest {

    private interface Check {
        void check(byte[] content) throws ConfigRefusedException;
    }

    private static Verdict ask(String product, Check work) {
        ConfigCheck check = new ConfigCheck() {
            @Override
            public Set<String> products() {
                return Set.of("P");
            }

            @Override
            public void check(byte[] content) throws ConfigRefusedException {
                work.check(content);
            }
        };
        return Verdict.ask(check, product, new byte[] {1});
    }

    @Test
    void theWorstOfWhatListenersSayCounts() {
        Verdict valid = ask("P", content -> {});
        Verdict invalid = ask("P", content -> {
            throw new ConfigRefusedException("unknown key");
        });
        assertThat(Verdict.worst(List.of(valid, invalid))).isEqualTo(new Verdict(Answer.INVALID, "unknown key"));
        assertThat(Verdict.worst(List.of(valid)).answer()).isEqualTo(Answer.VALID);
    }

    @Test
    void withoutAListenerForTheProductNothingIsKnown() {
        Verdict other = ask("Q", content -> {
            throw new ConfigRefusedException("not asked");
        });
        assertThat(Verdict.worst(List.of(other)).answer()).isEqualTo(Answer.UNCHECKED);
        assertThat(Verdict.worst(List.of()).answer()).isEqualTo(Answer.UNCHECKED);
    }

    @Test
    void aCheckThatFailsHasNotAgreed() {
        Verdict failed = ask("P", content -> {
            throw new IllegalStateException("broken");
        });
        assertThat(failed.answer()).isEqualTo(Answer.INVALID);
        assertThat(failed.reason()).contains("broken");
    }
}
