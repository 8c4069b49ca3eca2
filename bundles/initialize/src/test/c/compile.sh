#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0
# Copyright the Karst authors
#
# Compiles the objects whose maps the tests look at. Usage: compile.sh SOURCES OUTPUT
set -eu
mkdir -p "$2"
for source in "$1"/*.bpf.c; do
	object=$2/$(basename "$source" .c).o
	[ "$object" -nt "$source" ] ||
		"${CLANG:-clang}" -O2 -g -target bpf -mcpu=v3 -Wall -Wextra -Wno-unused-parameter \
			-I"/usr/include/$(uname -m)-linux-gnu" -D__TARGET_ARCH_"$(uname -m | sed 's/x86_64/x86/; s/aarch64/arm64/')" \
			-c "$source" -o "$object"
done
