// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import io.karst.asset.CoreAsset;
import io.karst.coreassets.internal.BundleAssets.Offer;
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
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads an asset by its name from the operator's directory, or else from the best bundle that offers it. */
final class AssetReader {
    private static final Logger LOG = LoggerFactory.getLogger(AssetReader.class);
    private static final List<String> SUFFIXES = List.of(".bpf.o", ".bpf.o.gz", ".bpf.o.xz");

    private final Optional<Path> directory;
    private final Supplier<List<Offer>> offers;
    private final Unpacker unpacker;

    /** Choices between several bundles that are already logged. */
    private final Set<String> announced = ConcurrentHashMap.newKeySet();

    AssetReader(Optional<Path> directory, Supplier<List<Offer>> offers, Unpacker unpacker) {
        this.directory = directory;
        this.offers = offers;
        this.unpacker = unpacker;
    }

    /**
     * Reads an asset. Its content is not checked to be a BPF object.
     *
     * @throws IllegalArgumentException if the name is not valid
     * @throws IOException if the asset is missing, not trusted or damaged; a bad file of the operator's is never skipped in
     *     favour of a bundle's
     */
    CoreAsset read(String name) throws IOException {
        requireName(name);
        Optional<Path> file = operatorFile(name);
        if (file.isPresent()) {
            return asset(name, file.get().toString(), unpacker.read(file.get()));
        }
        Offer best = best(name);
        byte[] packed = best.reader().read(Unpacker.MAX_BYTES);
        return asset(name, best.origin(), unpacker.unpack(best.path(), packed));
    }

    private static void requireName(String name) {
        if (!BundleAssets.isName(name)) {
            String shown = name.length() > 64 ? name.substring(0, 64) + "…" : name;
            throw new IllegalArgumentException(
                    "asset name '" + shown + "' is not 1 to 64 letters, digits and underscores");
        }
    }

    private Optional<Path> operatorFile(String name) {
        return directory.flatMap(folder -> SUFFIXES.stream()
                .map(suffix -> folder.resolve(name + suffix))
                .filter(file -> Files.exists(file, LinkOption.NOFOLLOW_LINKS))
                .findFirst());
    }

    private Offer best(String name) throws NoSuchFileException {
        List<Offer> matching = offers.get().stream()
                .filter(offer -> offer.name().equals(name))
                .sorted(Offer.BEST_FIRST)
                .toList();
        if (matching.isEmpty()) {
            throw new NoSuchFileException("no bundle offers asset " + name
                    + directory
                            .map(folder -> " and " + folder + " has no " + name + ".bpf.o")
                            .orElse(""));
        }
        if (matching.size() > 1 && announced.add(matching.toString())) {
            LOG.warn("asset={} is offered by {}: the first is used", name, origins(matching));
        }
        return matching.get(0);
    }

    private static List<String> origins(List<Offer> offers) {
        return offers.stream().map(Offer::origin).toList();
    }

    private static CoreAsset asset(String name, String origin, byte[] content) {
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
