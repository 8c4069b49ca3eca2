// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import io.karst.ability.Ability;
import io.karst.asset.AssetException;
import io.karst.asset.AssetOutcome;
import io.karst.asset.AssetResult;
import io.karst.asset.BtfOptions;
import io.karst.asset.BtfSource;
import io.karst.asset.CoreAsset;
import io.karst.bpf.BpfException;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries one BTF source after the other until the callback works. After an error the next source is tried, unless other BTF
 * cannot help: an error of the verifier, or a damaged object.
 */
final class AssetLoading {
    private static final Logger LOG = LoggerFactory.getLogger(AssetLoading.class);

    private final AssetReader reader;
    private final BtfSources sources;
    private final InstantSource clock;
    private final Map<String, AssetResult> results;

    AssetLoading(AssetReader reader, BtfSources sources, InstantSource clock) {
        this(reader, sources, clock, new ConcurrentHashMap<>());
    }

    private AssetLoading(
            AssetReader reader, BtfSources sources, InstantSource clock, Map<String, AssetResult> results) {
        this.reader = reader;
        this.sources = sources;
        this.clock = clock;
        this.results = results;
    }

    /** Loads from other sources and keeps the results of earlier loads. */
    AssetLoading from(AssetReader otherReader, BtfSources otherSources) {
        return new AssetLoading(otherReader, otherSources, clock, results);
    }

    List<Ability> probe() {
        return List.of(sources.probe());
    }

    List<AssetResult> results() {
        return results.values().stream()
                .sorted(Comparator.comparing(AssetResult::name))
                .toList();
    }

    <T> T load(String name, BiFunction<CoreAsset, BtfOptions, T> callback) {
        CoreAsset asset = read(name);
        List<String> empty = new ArrayList<>();
        Optional<Failure<T>> last = Optional.empty();
        for (BtfSources.Place place : sources.places()) {
            Attempt<T> attempt = attempt(asset, place, callback);
            if (attempt instanceof Worked<T> worked) {
                results.put(name, result(asset, success(place.source()), Optional.of(place.source()), ""));
                LOG.info("asset={} origin={} btf={} loaded", name, asset.origin(), place.description());
                return worked.value();
            }
            if (attempt instanceof Failure<T> failure) {
                LOG.debug("asset={} btf={} failed", name, place.description(), failure.cause());
                last = Optional.of(failure);
                if (failure.outcome() != AssetOutcome.BTF_NOT_FOUND && failure.outcome() != AssetOutcome.LOADER) {
                    break; // other BTF cannot help
                }
            } else {
                empty.add(place.description());
            }
        }
        throw refused(asset, last, empty);
    }

    private CoreAsset read(String name) {
        try {
            return reader.read(name);
        } catch (IOException e) {
            String reason = reason(e);
            results.put(
                    name,
                    new AssetResult(
                            name, "", AssetOutcome.ASSET_READ, Optional.empty(), firstLine(reason), clock.instant()));
            throw new AssetException(AssetOutcome.ASSET_READ, "asset " + name + " cannot be read: " + reason, e);
        }
    }

    @SuppressWarnings("IllegalCatch") // whatever the callback throws is recorded as the result and passed on
    private <T> Attempt<T> attempt(
            CoreAsset asset, BtfSources.Place place, BiFunction<CoreAsset, BtfOptions, T> callback) {
        Optional<BtfSources.Found> found;
        try {
            found = place.finder().find();
        } catch (IOException e) {
            return new Failure<>(AssetOutcome.BTF_NOT_FOUND, place, e);
        }
        if (found.isEmpty()) {
            return new Nothing<>();
        }
        try {
            return new Worked<>(callback.apply(asset, found.get().options()));
        } catch (BpfException e) {
            return new Failure<>(outcome(e), place, e);
        } catch (RuntimeException e) {
            return new Failure<>(AssetOutcome.LOADER, place, e);
        } finally {
            found.get().release();
        }
    }

    private <T> AssetException refused(CoreAsset asset, Optional<Failure<T>> last, List<String> empty) {
        if (last.isEmpty()) {
            String reason = "no BTF for this kernel in " + String.join(", ", empty)
                    + "; set btf.file or btf.archive.directory in io.karst.coreassets";
            results.put(asset.name(), result(asset, AssetOutcome.BTF_NOT_FOUND, Optional.empty(), reason));
            return new AssetException(AssetOutcome.BTF_NOT_FOUND, "asset " + asset.name() + ": " + reason);
        }
        Failure<T> failure = last.get();
        String reason = reason(failure.cause());
        Optional<BtfSource> source = Optional.of(failure.place().source());
        results.put(asset.name(), result(asset, failure.outcome(), source, firstLine(reason)));
        String with = failure.outcome() == AssetOutcome.BTF_NOT_FOUND
                ? " has no BTF: "
                : " (" + asset.origin() + ") failed with BTF of "
                        + failure.place().description() + ": ";
        return new AssetException(failure.outcome(), "asset " + asset.name() + with + reason, failure.cause());
    }

    private AssetResult result(CoreAsset asset, AssetOutcome outcome, Optional<BtfSource> source, String detail) {
        return new AssetResult(asset.name(), asset.origin(), outcome, source, detail, clock.instant());
    }

    private static AssetOutcome success(BtfSource source) {
        return switch (source) {
            case CUSTOM -> AssetOutcome.SUCCESS_CUSTOM;
            case KERNEL -> AssetOutcome.SUCCESS_KERNEL;
            case PACKAGED -> AssetOutcome.SUCCESS_PACKAGED;
        };
    }

    /** libbpf's adapter reports ENOEXEC for a file that is no BPF object of this machine's kind. */
    private static AssetOutcome outcome(BpfException e) {
        if (e.errorName().equals("ENOEXEC")) {
            return AssetOutcome.ASSET_READ;
        }
        return e.verifierLog().isEmpty() ? AssetOutcome.LOADER : AssetOutcome.VERIFIER;
    }

    private static String reason(Exception e) {
        String message = e.getMessage();
        return message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }

    /** Outcome of one source. */
    private sealed interface Attempt<T> {}

    /** The callback returned a result. */
    private record Worked<T>(T value) implements Attempt<T> {}

    /** The source has no BTF, which is no error. */
    private record Nothing<T>() implements Attempt<T> {}

    /** The source's BTF could not be used, or the callback threw. */
    private record Failure<T>(AssetOutcome outcome, BtfSources.Place place, Exception cause) implements Attempt<T> {}
}
