/**
 * Stage 1: walks the kernel's eBPF maps and tells where their locks lie and who keeps them alive.
 */
@NullMarked
package io.karst.initialize.internal;

import org.jspecify.annotations.NullMarked;
