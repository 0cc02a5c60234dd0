#!/usr/bin/env bash
# `make pi`: an emulated Raspberry Pi with this tree's station on it, a short sampling day, power
# cuts, and the report (docs/pi.md).  As root on Debian 12; everything is kept in var/pi.  Arguments
# go to the day: --cuts N, or --pi3 for a Pi 3's UART and pins instead.
set -euo pipefail
cd "$(dirname "$0")/.."
[ "$(id -u)" = 0 ] || { echo "make pi unpacks a system and mounts things: run it as root (sudo make pi)" >&2; exit 1; }

declare -A packages=(
  [qemu-system-aarch64]=qemu-system-arm [qemu-img]=qemu-utils [qemu-aarch64-static]=qemu-user-static
  [update-binfmts]=binfmt-support [mmdebstrap]=mmdebstrap [arch-test]=arch-test [socat]=socat
  [fdtput]=device-tree-compiler [cpio]=cpio [depmod]=kmod [mformat]=mtools [mke2fs]=e2fsprogs
)
missing=()
for tool in "${!packages[@]}"; do
  command -v "$tool" >/dev/null || missing+=("${packages[$tool]}")
done
if [ ${#missing[@]} -gt 0 ]; then
  command -v apt-get >/dev/null || { echo "missing, and no apt here to install them: ${missing[*]}" >&2; exit 1; }
  echo "Installing system packages: ${missing[*]} ..."
  apt-get update -qq || true
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
pi/make_image.sh var/pi
exec .venv/bin/python -m pi var/pi "$@"
