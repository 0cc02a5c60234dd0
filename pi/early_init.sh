#!/bin/busybox sh
# shellcheck shell=dash
# The emulated Pi's first moments: load what the card needs, find the card, go on from it.
bb=/bin/busybox
$bb mount -t proc proc /proc
$bb mount -t sysfs sys /sys
$bb mount -t devtmpfs dev /dev
for module in $($bb cat /modules); do $bb insmod "/lib/modules/$module"; done
tries=0 card=/dev/vda
while [ ! -b "$card" ] && [ "$tries" -lt 60 ]; do
  $bb sleep 0.5
  tries=$((tries + 1))
  [ ! -b /dev/mmcblk0 ] || card=/dev/mmcblk0
done
$bb mount -t ext4 "$card" /mnt || exec $bb sh
$bb mount --move /dev /mnt/dev
$bb mount --move /proc /mnt/proc
$bb mount --move /sys /mnt/sys
exec $bb switch_root /mnt /sbin/pi-init
