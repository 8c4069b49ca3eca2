/** Karst as it is delivered: the built distribution, on this machine's kernel. */
@NullMarked
package io.karst.itests;

import org.jspecify.annotations.NullMarked;
