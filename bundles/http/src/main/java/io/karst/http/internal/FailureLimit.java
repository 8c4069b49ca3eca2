// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.http.internal;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Counts failed logins per address in windows of a minute. Of IPv6, a whole /64 counts as one address, since its owner can use each
 * of them. Bounded: of too many addresses, those that failed longest ago are forgotten. Thread-safe.
 */
final class FailureLimit {
    private static final int MAX_ADDRESSES = 1024;
    private static final long WINDOW = Duration.ofMinutes(1).toNanos();
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private record Failures(long sinceNanos, int count) {}

    private final LongSupplier nanoTime;
    private final Map<String, Failures> failures = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Failures> eldest) {
            return size() > MAX_ADDRESSES;
        }
    };

    FailureLimit(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Begins an attempt, which counts as failed until {@link #succeeded}, so that attempts at the same time are limited, too.
     *
     * @param most failures accepted
     * @return empty if the attempt may be made; otherwise seconds until the next one may, 1 to 60
     */
    synchronized OptionalLong begin(String address, int most) {
        String network = network(address);
        long now = nanoTime.getAsLong();
        Failures before = failures.remove(network);
        if (before == null || now - before.sinceNanos() >= WINDOW) {
            before = new Failures(now, 0);
        }
        boolean refused = before.count() >= most;
        failures.put(network, refused ? before : new Failures(before.sinceNanos(), before.count() + 1));
        return refused
                ? OptionalLong.of((before.sinceNanos() + WINDOW - now + SECOND - 1) / SECOND)
                : OptionalLong.empty();
    }

    /** Takes one attempt back. */
    synchronized void succeeded(String address) {
        failures.computeIfPresent(
                network(address),
                (network, all) -> all.count() <= 1 ? null : new Failures(all.sinceNanos(), all.count() - 1));
    }

    synchronized int addresses() {
        return failures.size();
    }

    static String network(String address) {
        String plain =
                address.startsWith("[") && address.endsWith("]") ? address.substring(1, address.length() - 1) : address;
        if (!plain.contains(":")) {
            return plain;
        }
        try {
            byte[] bytes = InetAddress.getByName(plain).getAddress(); // a literal: no name is looked up
            return bytes.length == 16
                    ? HexFormat.of().formatHex(Arrays.copyOf(bytes, 8))
                    : InetAddress.getByAddress(bytes).getHostAddress();
        } catch (UnknownHostException e) {
            return plain; // such as a zone that this host does not have
        }
    }
}
