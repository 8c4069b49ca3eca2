/** How far each stage is, read from Declarative Services; and the second tries. */
@NullMarked
package io.karst.flow.internal;

import org.jspecify.annotations.NullMarked;
