#!/bin/bash
# setup.sh demo|test|bench: installs and builds what is missing for it, saying so.
#
# Debian packages are installed only as root; npm packages and the build always.
# Nothing happens where everything is there.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
purpose=${1:?usage: setup.sh demo|test|bench}

say() { echo "setup: $*" >&2; }

has_compiler() { command -v "${CC:-cc}" >/dev/null && echo '#include <stdio.h>' | "${CC:-cc}" -E - >/dev/null 2>&1; }

missing_packages() {
  command -v ip >/dev/null || echo iproute2
  has_compiler || echo gcc libc6-dev
  [ "$purpose" = demo ] && return
  command -v keepalived >/dev/null || echo keepalived
  [ "$purpose" = bench ] || command -v systemd-analyze >/dev/null || echo systemd
  [ "$purpose" = bench ] || command -v nft >/dev/null || echo nftables
  [ "$purpose" = bench ] || command -v ipvsadm >/dev/null || echo ipvsadm
  [ "$purpose" = bench ] || missing_for_boots
  [ "$purpose" = test ] || command -v python3 >/dev/null || echo python3
  [ "$purpose" = test ] || command -v tcpdump >/dev/null || echo tcpdump
}

# A kernel to boot, and what the tests of the systemd units want besides, where the script that boots those is there.
missing_for_boots() {
  command -v linux.uml >/dev/null || echo user-mode-linux
  command -v modprobe >/dev/null || echo kmod
  [ -e "${VRRPD_SHARED:-../shared}/lab/with-kernel.sh" ] || return 0
  command -v killall >/dev/null || echo psmisc
  command -v sudo >/dev/null || echo sudo
}

install_packages() {
  export DEBIAN_FRONTEND=noninteractive
  # The package lists of a new machine are empty or old; they are fetched only when that is so.
  apt-get install -y --no-install-recommends "$@" >/dev/null 2>&1 && return
  apt-get update >/dev/null && apt-get install -y --no-install-recommends "$@" >/dev/null
}

packages=$(missing_packages | tr '\n' ' ')
if [ -n "$packages" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing Debian packages: $packages"
    # shellcheck disable=SC2086 # one word per package
    install_packages $packages || say "that did not work; going on without"
  else
    say "missing, and not installed without root on Debian: $packages"
  fi
fi

if ! command -v node >/dev/null; then
  say "Node.js is missing; README.md says how to install it"
  exit 1
fi
node -e '
  const [major, minor] = process.versions.node.split(".").map(Number)
  process.exit((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24 ? 0 : 1)
' || { say "Node.js $(node -v) is not supported; README.md says which are and how to get one"; exit 1; }

# npm leaves this file behind when it has finished an installation.
if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
  say "installing npm packages"
  npm ci --no-audit --no-fund --loglevel=error
fi

node tools/build.mjs
