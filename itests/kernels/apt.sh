# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Debian packages of another suite or architecture, unpacked and not installed. Sourced, never run.

# Sets apt_options, with which apt knows one suite for one architecture and nothing else. The machine's own configuration
# gives the mirror; its package lists stay untouched. Needs fail, which ends the caller with a reason.
use_suite() { # SUITE ARCHITECTURE FOLDER; SUITE "" is the machine's own
    local suite=$1 architecture=$2 folder=$3/apt codename site
    local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
    folder=$(cd "$folder" && pwd)
    command -v apt-get >/dev/null || fail "there is no apt on this system"
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    [ -n "$codename" ] || fail "this system names no Debian release"
    # The mirror of the machine's own release: the first target of its own main suite. No "exit" in awk: whoever writes
    # into the pipe would die of it.
    site=$(apt-get indextargets --format '$(SITE) $(RELEASE)' 'Created-By: Packages' |
        awk -v release="$codename" '$2 == release && !seen++ { print $1 }')
    [ -n "$site" ] || fail "no apt mirror of $codename is configured on this system"
    [ -r "$keyring" ] || fail "$keyring is missing (package debian-archive-keyring)"
    echo "deb [arch=$architecture signed-by=$keyring] $site ${suite:-$codename} main" > "$folder/sources.list"
    : > "$folder/status" # nothing is installed, so every dependency comes along
    apt_options=(
        -o "Dir::Etc::sourcelist=$folder/sources.list" -o Dir::Etc::sourceparts=/dev/null
        -o "Dir::State::lists=$folder/lists" -o "Dir::Cache=$folder/cache" -o "Dir::State::status=$folder/status"
        -o "APT::Architecture=$architecture" -o APT::Install-Recommends=false
        -o Acquire::Languages=none -o Acquire::Retries=2 -o APT::Sandbox::User=root
    )
    # A warning alone would mean that the lists are old, or missing.
    apt-get "${apt_options[@]}" -qq -o APT::Update::Error-Mode=any update >&2 ||
        fail "the mirror's package lists cannot be had"
}
