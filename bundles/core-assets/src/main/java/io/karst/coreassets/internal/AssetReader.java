// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import io.karst.asset.CoreAsset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads an asset by its name: from the operator's directory, or else from the best of the bundles that offer it. */
final class AssetReader {
    private static final Logger LOG = LoggerFactory.getLogger(AssetReader.class);
    private static final List<String> SUFFIXES = List.of(".bpf.o", ".bpf.o.gz", ".bpf.o.xz");

    private final Optional<Path> directory;
    private final TrustedRead files;
    private final Contributions contributions;
    private final Unpacker unpacker;

    /** Choices between several bundles that were logged already. */
    private final Set<String> announced = ConcurrentHashMap.newKeySet();

    AssetReader(Optional<Path> directory, TrustedRead files, Contributions contributions, Unpacker unpacker) {
        this.directory = directory;
        this.files = files;
        this.contributions = contributions;
        this.unpacker = unpacker;
    }

    /**
     * Reads.
     *
     * @param name a valid asset name
     * @return the object; not yet checked to be one
     * @throws IOException if it is missing, not trusted or damaged; an operator's file that cannot be used is not passed
     *     over in silence
     */
    CoreAsset read(String name) throws IOException {
        Optional<Path> file = operatorFile(name);
        if (file.isPresent()) {
            String origin = file.get().toString();
            return asset(name, origin, origin, files.read(file.get(), Unpacker.MAX_BYTES));
        }
        Contribution best = best(name);
        return asset(name, best.origin(), best.path(), best.reader().read(Unpacker.MAX_BYTES));
    }

    private Optional<Path> operatorFile(String name) {
        return directory.flatMap(folder -> SUFFIXES.stream()
                .map(suffix -> folder.resolve(name + suffix))
                .filter(file -> Files.exists(file, LinkOption.NOFOLLOW_LINKS))
                .findFirst());
    }

    private Contribution best(String name) throws NoSuchFileException {
        List<Contribution> offers = contributions.all().stream()
                .filter(offer -> offer.name().equals(name))
                .sorted(Contribution.BEST_FIRST)
                .toList();
        if (offers.isEmpty()) {
            throw new NoSuchFileException("no bundle offers asset " + name
                    + directory
                            .map(folder -> " and " + folder + " has no " + name + ".bpf.o")
                            .orElse(""));
        }
        if (offers.size() > 1 && announced.add(offers.toString())) {
            LOG.warn("asset={} is offered by {}: the first is used", name, origins(offers));
        }
        return offers.get(0);
    }

    private static List<String> origins(List<Contribution> offers) {
        return offers.stream().map(Contribution::origin).toList();
    }

    private CoreAsset asset(String name, String origin, String fileName, byte[] packed) throws IOException {
        byte[] content = unpacker.unpack(fileName, packed);
        return new CoreAsset(name, origin, sha256(content), content);
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
