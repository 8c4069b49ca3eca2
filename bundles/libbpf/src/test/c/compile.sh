#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compiles the test objects: compile.sh SOURCE_FOLDER OUTPUT_FOLDER
set -eu
mkdir -p "$2"
for source in "$1"/*.bpf.c; do
	clang -O2 -g -Wall -Wextra -Werror -Wno-unused-parameter -target bpf -mcpu=v3 \
		-I"/usr/include/$(uname -m)-linux-gnu" -c "$source" -o "$2/$(basename "$source" .c).o"
done
