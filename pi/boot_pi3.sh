#!/usr/bin/env bash
# Boots the card as QEMU's Raspberry Pi 3 B:  pi/boot_pi3.sh FOLDER
#
# Its header's serial port (ttyAMA0) is reader.sock, the console is the other one.  No network, no
# interrupts from pins, and pulling a USB device would end QEMU 7.2: nothing is on USB.
set -euo pipefail
cd "${1:?"say which folder"}"
rm -f console.sock monitor.sock qtest.sock reader.sock
exec qemu-system-aarch64 -M raspi3b -m 1G -smp 4 -display none -nodefaults \
  -kernel vmlinuz -initrd initrd.gz -dtb pi3.dtb -append "console=ttyS1,115200 loglevel=4 iomem=relaxed" \
  -drive file=day.qcow2,if=sd,format=qcow2 \
  -chardev socket,id=reader,path=reader.sock,server=on,wait=off -serial chardev:reader \
  -chardev socket,id=console,path=console.sock,server=on,wait=off,logfile=console.log,logappend=on -serial chardev:console \
  -monitor unix:monitor.sock,server=on,wait=off -qtest unix:qtest.sock,server=on,wait=off -qtest-log none
