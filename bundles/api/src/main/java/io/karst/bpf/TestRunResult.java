// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.bpf;

import java.time.Duration;

/**
 * What a test run returned.
 *
 * @param returnValue the program's return value
 * @param averageDuration mean time of one run as the kernel measured it; zero where it does not
 */
public record TestRunResult(int returnValue, Duration averageDuration) {}
