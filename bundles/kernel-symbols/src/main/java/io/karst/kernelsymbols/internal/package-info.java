/**
 * Stage 2: addresses of kernel symbols by name, and names by address.
 */
@NullMarked
package io.karst.kernelsymbols.internal;

import org.jspecify.annotations.NullMarked;
