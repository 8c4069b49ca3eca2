// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.service.event.Event;

class AuditTest {

    @Test
    void whoChangedWhatIsOneLineAndOneEvent() {
        Event event = Audit.event("PUBLISHED", "ann", Map.of("product", "P", "id", "i", "version", 3L));
        assertThat(event.getTopic()).isEqualTo("io/karst/audit/config/PUBLISHED");
        assertThat(event.getProperty("version")).isEqualTo(3L);
        assertThat(Audit.line("PUBLISHED", event)).isEqualTo("change=PUBLISHED user=ann id=i product=P version=3");
    }

    @Test
    void aNameForgesNoLine() {
        Event event = Audit.event("REMOVED", "ann\nchange=x", Map.of("id", "i\u202e\u001b[2J"));
        assertThat(event.getProperty("user")).isEqualTo("ann?change=x");
        assertThat(Audit.line("REMOVED", event)).isEqualTo("change=REMOVED user=ann?change=x id=i??[2J");
    }
}
