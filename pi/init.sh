#!/bin/bash
# What systemd does on a real Pi and is not here: mounts, modules, udev, network; then a shell
# on the console that takes orders without an echo.
export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb LANG=C.UTF-8
export PYTHONPATH=/opt/ghepmau:/opt/python
# QEMU's `virt` machine is no Pi: rpi-lgpio is told which board to take it for.
export RPI_LGPIO_REVISION=a02082
mount -t tmpfs tmp /tmp
mount -t tmpfs run /run
mkdir -p /dev/pts /run/ghepmau
mount -t devpts pts /dev/pts
hostname pi
/lib/systemd/systemd-udevd --daemon
for module in virtio_net xhci_pci usbserial ftdi_sio evdev usbhid hid_generic usb_storage vfat nls_cp437 nls_ascii virtio_console; do
  modprobe -q "$module"
done
udevadm trigger --action=add
udevadm settle --timeout=20
ip link set lo up
if card=$(basename "$(ls -d /sys/class/net/e* 2>/dev/null)") && [ -n "$card" ]; then
  ip link set "$card" up
  ip address add 10.0.2.15/24 dev "$card"
fi
echo "### UP $(cut -d ' ' -f 1 /proc/uptime)"
exec setsid bash -c 'exec </dev/console >/dev/console 2>&1; stty -echo; PS1= PS2= exec bash --noediting --norc --noprofile'
