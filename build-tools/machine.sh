# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Finds a JDK, installs packages and mounts file systems for ./run and ./test. Sourced, never run.

say() { printf 'karst: %s\n' "$*" >&2; }
die() { say "$@"; exit 1; }
is_root() { [ "$(id -u)" -eq 0 ]; }

java_major() { # JDK directory -> major version, or nothing
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 0
    sed -n 's/^JAVA_VERSION="\(1\.\)\{0,1\}\([0-9]*\).*/\2/p' "$1/release" 2>/dev/null
}

# Karaf 4.4 needs Java 17 to 21: Java 24 and later lack Subject.getSubject, which Karaf calls on every event.
choose_java() {
    local candidate major found=""
    local on_path=""
    if command -v javac >/dev/null; then
        on_path=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
    fi
    for candidate in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/*17* /usr/lib/jvm/*21* /usr/lib/jvm/* /opt/*jdk*; do
        [ -n "$candidate" ] || continue
        major=$(java_major "$candidate")
        [ -n "$major" ] || continue
        if [ "$major" -ge 17 ] && [ "$major" -le 21 ]; then
            [ "$candidate" = "${JAVA_HOME:-}" ] || [ -z "${JAVA_HOME:-}" ] ||
                say "JAVA_HOME is not a JDK 17 to 21; using $candidate instead"
            export JAVA_HOME="$candidate"
            return
        fi
        case "$found" in *" $major "*) ;; *) found="$found $major ";; esac
    done
    die "needs a JDK 17 to 21 (required by Karaf 4.4); found: ${found:-none}. Install one (Debian: openjdk-17-jdk-headless) or set JAVA_HOME."
}

have_library() { # soname
    grep -q "^[[:space:]]*$1 " < <(ldconfig -p 2>/dev/null || /sbin/ldconfig -p 2>/dev/null)
}

maven_is_recent() { # 3.8.7 or later
    local version
    command -v mvn >/dev/null || return 1
    version=$(mvn -v 2>/dev/null | sed -n 's/.*Apache Maven \([0-9.]*\).*/\1/p')
    sort -V -C <<<"3.8.7"$'\n'"$version"
}

# Prints the packages that are missing for building and running; with "test", those for the tests as well.
missing_packages() {
    local PATH="$PATH:/usr/sbin:/sbin"
    command -v clang >/dev/null || echo clang
    command -v llvm-strip >/dev/null || ls /usr/lib/llvm-*/bin/llvm-strip >/dev/null 2>&1 || echo llvm
    have_library libbpf.so.1 || echo libbpf1
    [ -e /usr/include/bpf/bpf_helpers.h ] || echo libbpf-dev
    [ -e /usr/include/libelf.h ] || echo libelf-dev
    maven_is_recent || echo maven
    command -v ps >/dev/null || echo procps
    if [ "${1:-}" = test ]; then
        command -v bpftool >/dev/null || echo bpftool
        command -v bpftrace >/dev/null || echo bpftrace
        command -v clang-format >/dev/null || echo clang-format
        command -v xz >/dev/null || echo xz-utils
        command -v tmux >/dev/null || echo tmux
        command -v ssh >/dev/null || echo openssh-client
        command -v chromium >/dev/null || echo chromium
        command -v node >/dev/null || echo nodejs
        [ -d /usr/share/fonts/truetype/dejavu ] || echo fonts-dejavu-core
        command -v systemd-analyze >/dev/null || echo systemd
    fi
}

apt_install() {
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >&2
}

install_missing() { # [test]
    local packages
    packages=$(missing_packages "$@" | tr '\n' ' ')
    packages=${packages% }
    [ -n "$packages" ] || return 0
    if ! command -v apt-get >/dev/null; then
        die "missing packages, and apt is not available; install these (Debian names): $packages"
    fi
    if ! is_root; then
        die "missing packages: $packages. Not root: run apt-get install $packages as root"
    fi
    say "installing with apt: $packages"
    # shellcheck disable=SC2086 # a list
    if ! apt_install $packages; then
        say "apt could not install all packages; running apt-get update and trying again"
        apt-get update >&2 || die "apt-get update failed"
        # shellcheck disable=SC2086
        apt_install $packages || die "apt could not install: $packages"
    fi
    packages=$(missing_packages "$@" | tr '\n' ' ')
    [ -z "$packages" ] || die "still missing after apt: $packages"
}

# Compiles and packages modules and what they need, without tests and checks. Whoever sources this has set root.
package() { # modules, separated by commas
    local log=target/build.log
    say "building (the first build downloads libraries and takes some minutes)"
    mkdir -p "$root/target"
    # shellcheck disable=SC2154
    if ! (cd "$root" && "${MVN:-mvn}" -B -q --no-transfer-progress -Pq package -pl "$1" -am) >"$root/$log" 2>&1; then
        tail -n 40 "$root/$log" >&2
        die "the build failed; the whole log is $log"
    fi
}

is_mounted() { # filesystem type, directory
    grep -qs " $2 $1 " /proc/mounts
}

# What is mounted already stays as it is.
mount_filesystems() {
    if ! is_mounted tracefs /sys/kernel/tracing && ! is_mounted tracefs /sys/kernel/debug/tracing; then
        mount_one tracefs /sys/kernel/tracing
    fi
    is_mounted bpf /sys/fs/bpf || mount_one bpf /sys/fs/bpf mode=700
}

mount_one() { # filesystem type, directory, options
    if is_root && mount -t "$1" ${3:+-o "$3"} none "$2" 2>/dev/null; then
        say "mounted $1 on $2"
    else
        say "could not mount $1 on $2; karst:doctor will show what is missing because of that"
    fi
}
