#!/bin/bash
# Makes a partition into the place of everything that must survive: /var/lib/ghepmau.
#   sudo image/prepare-data.sh /dev/mmcblk0p3      (or a USB disk: better, it wears out apart)
# An empty partition is formatted; one that was made by this script is used as it is; anything
# else is left alone.  Afterwards the root can be made read-only: docs/pi.md.
set -euo pipefail
device=${1:?"say which partition, for example /dev/mmcblk0p3"}
fstab=${FSTAB:-/etc/fstab}
label=ghepmau-data
stop() { printf '%s\n' "$*" >&2; exit 1; }

[ -b "$device" ] || [ -n "${FSTAB:-}" ] || stop "$device is no partition"
kind=$(blkid -p -s TYPE -o value "$device" || true)
name=$(blkid -p -s LABEL -o value "$device" || true)
case $kind:$name in
  :) mkfs.ext4 -q -L "$label" -E lazy_itable_init=0,lazy_journal_init=0 "$device" ;;
  "ext4:$label") echo "$device is ready already" ;;
  *) stop "$device holds something ($kind $name): nothing was changed. Empty it first if you mean it." ;;
esac

# data=ordered and barriers are ext4's defaults, and what the journal's sync relies on.  The station
# starts without it rather than not at all only where RequiresMountsFor lets it: it does not.
line="LABEL=$label /var/lib/ghepmau ext4 defaults,noatime,nodev,nosuid,noexec,errors=remount-ro 0 2"
if ! grep -qF "LABEL=$label " "$fstab"; then
  printf '%s\n' "$line" >>"$fstab"
fi
echo "Now: sudo systemctl daemon-reload && sudo mount /var/lib/ghepmau"
