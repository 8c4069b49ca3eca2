/**
 * Finds BTF, reads and checks BPF objects, and records the result of each load.
 */
@NullMarked
package io.karst.coreassets.internal;

import org.jspecify.annotations.NullMarked;
