// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.server.Publication;
import io.karst.remoteconfig.server.RepositorySettings;
import io.karst.remoteconfig.server.RoleKeys;
import io.karst.remoteconfig.server.SignedRepository;
import io.karst.remoteconfig.server.SigningKey;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Completion of products, ids and versions. */
class StoredCompleterTest {

    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

    private final RoleKeys keys = RoleKeys.of(SigningKey.generate(new SecureRandom()));
    private SignedRepository repository = SignedRepository.create(RepositorySettings.DEFAULT, keys, keys, NOW);

    private void publish(String product, String id, String content) {
        repository = repository.publish(
                new Publication(ConfigPath.of(product, id), Bytes.utf8(content), Optional.empty(), List.of()),
                keys,
                NOW,
                "karaf",
                SignedRepository.REQUEST_BYTES);
    }

    private Collection<String> complete(StoredCompleter completer, String before) {
        return completer.words(Optional.of(repository), Arrays.asList(before.split(" ")));
    }

    @Test
    void completesWhatThereIs() {
        publish("ACME_LIMITS", "a", "1");
        publish("ACME_LIMITS", "a", "2");
        publish("ACME_LIMITS", "b", "1");
        publish("OTHER", "c", "1");

        assertThat(complete(new ProductCompleter(), "karst:config-show"))
                .containsExactly("ACME_LIMITS", "KARST_CONFIGADMIN", "KARST_CONTENTION", "OTHER");
        assertThat(complete(new IdCompleter(), "karst:config-show ACME_LIMITS")).containsExactly("a", "b");
        assertThat(complete(new VersionCompleter(), "karst:config-diff ACME_LIMITS a --from"))
                .containsExactly("2", "1");
        assertThat(complete(new VersionCompleter(), "karst:config-diff ACME_LIMITS a --from 1 --to"))
                .containsExactly("2", "1");
    }

    @Test
    void completesNoVersionElsewhere() {
        publish("ACME_LIMITS", "a", "1");

        for (String before : List.of("ACME_LIMITS a", "ACME_LIMITS a --dry-run", "ACME_LIMITS x --to", "a --to")) {
            assertThat(complete(new VersionCompleter(), before)).as(before).isEmpty();
        }
    }

    @Test
    void completesOwnProductsWithoutAServer() {
        assertThat(new ProductCompleter().words(Optional.empty(), List.of()))
                .containsExactly("KARST_CONFIGADMIN", "KARST_CONTENTION");
        assertThat(new IdCompleter().words(Optional.empty(), List.of("KARST_CONTENTION")))
                .isEmpty();
        assertThat(new VersionCompleter().words(Optional.empty(), List.of("P", "i", "--to")))
                .isEmpty();
    }
}
