/**
 * Finds BTF, reads and checks BPF objects, and records what became of each load.
 */
@NullMarked
package io.karst.coreassets.internal;

import org.jspecify.annotations.NullMarked;
