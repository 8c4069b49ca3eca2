// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention;

import io.karst.resource.LockKind;
import java.util.OptionalLong;

/**
 * Counters of one lock, or of all locks of one kind in a map.
 *
 * @param mapId map id
 * @param mapAddress kernel address of its {@code struct bpf_map}
 * @param kind which lock of it
 * @param index bucket, CPU or element; empty for all together
 * @param counters waits since tracing began
 */
public record LockCounters(int mapId, long mapAddress, LockKind kind, OptionalLong index, WaitCounters counters) {}
