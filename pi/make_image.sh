#!/usr/bin/env bash
# Makes an emulated Raspberry Pi's card with this tree's station on it:  pi/make_image.sh FOLDER
#
# Debian's arm64 packages are unpacked and aarch64 wheels put in place by the host's pip, so that
# nothing is emulated while it is built.  Run again it makes anew only what changed: the system,
# the Python packages, the station itself.  As root on Debian 12.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tree=$(dirname "$here")
mkdir -p "${1:?"say into which folder"}"
work=$(cd "$1" && pwd)
python=${PYTHON:-$tree/.venv/bin/python}
say() { printf '[%4d s] %s\n' "$SECONDS" "$*"; }

packages=base-files,base-passwd,bash,dash,coreutils,libc-bin,util-linux,mount,sed,grep,findutils
packages+=,python3,libzbar0,libstdc++6,udev,kmod,busybox-static,iproute2,procps,hostname,linux-image-arm64,python3-rpi.gpio

# changed NAME WHAT...: true where NAME was made from something else; `made NAME` remembers it.
declare -A made_from
changed() {
  local name=$1
  shift
  made_from[$name]=$(cat "$@" | sha256sum)
  [ "${made_from[$name]}" != "$(cat "$work/$name.made" 2>/dev/null)" ]
}
made() { printf '%s' "${made_from[$1]}" >"$work/$1.made"; }

make_system() {
  say "arm64 system (Debian 12)"
  rm -rf "$work/root"
  mountpoint -q /proc/sys/fs/binfmt_misc || mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
  update-binfmts --enable qemu-aarch64 >/dev/null 2>&1 || true
  mmdebstrap -q --arch=arm64 --variant=extract --include="$packages" bookworm "$work/root"
  chroot "$work/root" /sbin/ldconfig
  rm -rf "$work/root"/var/lib/apt/lists/* "$work/root"/usr/share/{doc,man,locale}/*
  mkdir -p "$work/root"/{proc,sys,dev,run,tmp,mnt,data}
  # What the packages' own scripts would have done.
  install -m 0644 "$work/root/usr/share/base-passwd/passwd.master" "$work/root/etc/passwd"
  install -m 0644 "$work/root/usr/share/base-passwd/group.master" "$work/root/etc/group"
  make_kernel
}

# A small first system whose one task is to find the card: Debian's kernel has no drivers built in.
make_kernel() {
  local version modules=$work/root/lib/modules initrd=$work/initrd module line file
  version=$(ls "$modules")
  depmod -b "$work/root" "$version"
  cp "$work/root/boot/vmlinuz-$version" "$work/vmlinuz"
  # A Pi 3 for QEMU: the UART freed of Bluetooth, and the board's number where libraries look for it.
  install -m 0644 "$work/root/usr/lib/linux-image-$version/broadcom/bcm2837-rpi-3-b.dtb" "$work/pi3.dtb"
  fdtput -r "$work/pi3.dtb" /soc/serial@7e201000/bluetooth
  fdtput -c "$work/pi3.dtb" /system
  fdtput -t x "$work/pi3.dtb" /system linux,revision 0xa02082
  rm -rf "$initrd" "$work/root"/boot/*
  mkdir -p "$initrd"/{bin,dev,proc,sys,mnt,lib/modules}
  cp "$work/root/bin/busybox" "$initrd/bin/"
  : >"$initrd/modules"
  for module in crc32c_generic ext4 virtio_pci virtio_blk mmc_block mmc/host/bcm2835 sdhci-iproc; do
    line=$(grep -E "/$module\.ko:" "$modules/$version/modules.dep" | head -n 1) || continue
    for file in $(printf '%s\n' "$line" | tr -d ':' | tr ' ' '\n' | tac); do
      if [ ! -e "$initrd/lib/modules/$(basename "$file")" ]; then
        cp "$modules/$version/$file" "$initrd/lib/modules/"
        basename "$file" >>"$initrd/modules"
      fi
    done
  done
  install -m 0755 "$here/early_init.sh" "$initrd/init"
  (cd "$initrd" && find . | cpio -o -H newc --quiet | gzip -1) >"$work/initrd.gz"
}

# pip looks at markers with its own eyes: what only a Pi needs is named to it.
make_python() {
  local platforms=() version
  say "Python packages (aarch64 wheels)"
  for version in 2014 _2_17 _2_24 _2_26 _2_27 _2_28 _2_31 _2_34 _2_35 _2_36; do
    platforms+=(--platform "manylinux${version}_aarch64")
  done
  rm -rf "$work/root/opt/python"
  "$python" - "$tree/pyproject.toml" >"$work/requirements.txt" <<'PY'
import sys, tomllib
project = tomllib.load(open(sys.argv[1], "rb"))["project"]
wanted = project["dependencies"] + project["optional-dependencies"]["station"]
print("\n".join(one.partition(";")[0] for one in wanted))
PY
  "$python" -m pip install -q --disable-pip-version-check --no-warn-conflicts \
    --target "$work/root/opt/python" --implementation cp --python-version 3.11 \
    "${platforms[@]}" --only-binary=:all: -c "$tree/constraints.txt" -r "$work/requirements.txt"
}

make_station() {
  say "the station's own wheel, and the installer's files"
  rm -rf "$work/wheel" "$work/root/opt/ghepmau"
  "$python" -m pip wheel -q --disable-pip-version-check --no-deps -w "$work/wheel" "$tree"
  "$python" -m pip install -q --disable-pip-version-check --no-deps \
    --target "$work/root/opt/ghepmau" "$work"/wheel/*.whl
  "$tree/firmware_config/install.sh" station --root "$work/root"
  install -m 0755 "$here/init.sh" "$work/root/sbin/pi-init"
  install -D -m 0644 "$here/98-ghepmau-roles.rules" "$work/root/etc/udev/rules.d/98-ghepmau-roles.rules"
}

make_card() {
  say "card and memory stick"
  rm -f "$work/card.img" "$work/stick.img"
  mke2fs -q -t ext4 -d "$work/root" -L rootfs "$work/card.img" 2G
  truncate -s 64M "$work/stick.img"
  mformat -i "$work/stick.img" -v GHEPMAU ::
}

sources() {
  (cd "$tree" && find contract device firmware_config pyproject.toml docs -type f ! -name '*.pyc' -print0 |
    sort -z | xargs -0 sha256sum)
}

anew=''
if changed system "$0" "$here/early_init.sh" <(echo "$packages"); then
  make_system; made system; rm -f "$work"/{python,station}.made; anew=yes
fi
if changed python "$tree/constraints.txt" "$tree/pyproject.toml"; then make_python; made python; anew=yes; fi
if changed station "$here/init.sh" "$here/98-ghepmau-roles.rules" <(sources); then make_station; made station; anew=yes; fi
if [ -n "$anew" ] || [ ! -f "$work/card.img" ]; then make_card; fi
say "ready: $work/card.img ($(du -h "$work/card.img" | cut -f 1))"
