#!/usr/bin/env bash
# Boots the card as QEMU's `virt` machine:  pi/boot.sh FOLDER SERVER_PORT CAMERA_PORT
#
# In FOLDER: day.qcow2 (the card of this day), console.sock, monitor.sock, qtest.sock (the pins),
# reader.sock (connect: plugged in; close: pulled out), lines.sock (what the station says).  Killing
# this process with
# -9 is a power cut.  The guest reaches two ports of this machine's loopback and nothing else.
set -euo pipefail
cd "${1:?"say which folder"}"
rm -f console.sock monitor.sock qtest.sock reader.sock lines.sock
exec qemu-system-aarch64 -M virt,gic-version=2 -cpu cortex-a72 -m 1G -smp 2 -accel tcg,thread=multi \
  -display none -nodefaults -kernel vmlinuz -initrd initrd.gz -append "console=ttyAMA0 loglevel=4" -rtc "base=${CLOCK:-utc}" \
  -drive file=day.qcow2,if=none,id=card -device virtio-blk-pci,drive=card \
  -chardev socket,id=console,path=console.sock,server=on,wait=off,logfile=console.log,logappend=on -serial chardev:console \
  -monitor unix:monitor.sock,server=on,wait=off -qtest unix:qtest.sock,server=on,wait=off -qtest-log none \
  -device qemu-xhci,id=usb -device usb-kbd,bus=usb.0,port=1,id=wedge \
  -chardev socket,id=reader,path=reader.sock,server=on,wait=off -device usb-serial,bus=usb.0,port=2,chardev=reader,id=serial1 \
  -device virtio-serial-pci -chardev socket,id=lines,path=lines.sock,server=on,wait=off -device virtserialport,chardev=lines,name=lines \
  -drive file=stick.img,if=none,id=stick,format=raw \
  -netdev "user,id=net,restrict=on,guestfwd=tcp:10.0.2.100:8000-cmd:socat STDIO TCP:127.0.0.1:$2,guestfwd=tcp:10.0.2.100:8001-cmd:socat STDIO TCP:127.0.0.1:$3" \
  -device virtio-net-pci,netdev=net,romfile=
