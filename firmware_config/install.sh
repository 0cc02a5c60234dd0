#!/bin/bash
# Sets up a Ghép Mẫu station or server, or brings it to a newer release.
#
#   sudo firmware_config/install.sh station [--screen | --kiosk] [--from WHEEL]
#   sudo firmware_config/install.sh server  [--without-timers] [--from WHEEL]
#        firmware_config/install.sh station --root DIR      only files, into an image
#
# --without-timers: another machine that serves the same database makes backups, anchors and archives
# (docs/cluster.md).  Run again it changes nothing that is right: a timer that was turned off stays
# off.  A release goes into a folder of its own; if the new one does not run, the one before comes
# back.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
source=$(dirname "$here")

role='' screen='' kiosk='' root='' timers=yes new_timers=()
while [ $# -gt 0 ]; do
  case $1 in
    station | server) role=$1 ;;
    --screen) screen=yes ;;
    --kiosk) kiosk=yes ;;
    --without-timers) timers='' ;;
    --from) source=${2:?"--from what?"}; shift ;;
    --root) root=${2:?"--root where?"}; shift ;;
    *) echo "not understood: $1 (see the head of $0)" >&2; exit 2 ;;
  esac
  shift
done
[ -n "$role" ] || { echo "say what this machine is: station or server" >&2; exit 2; }
[ -n "$root" ] || [ "$(id -u)" = 0 ] || { echo "run as root: sudo $0 $role" >&2; exit 1; }

watchdog=/etc/systemd/system.conf.d/ghepmau.conf
all_timers=(ghepmau-backup.timer ghepmau-anchor.timer ghepmau-retention.timer ghepmau-archive.timer)
changed=0
say() { printf '%s\n' "$*"; }

# put MODE FILE TARGET: copy where it differs, whole or not at all.
put() {
  local target=$root$3
  if [ -f "$target" ] && cmp -s "$2" "$target"; then return; fi
  install -D -m "$1" "$2" "$target.new"
  mv "$target.new" "$target"
  changed=$((changed + 1))
  say "  $3"
}

# link TARGET NAME: so that the program answers to its name; what somebody else put there stays.
link() {
  local name=$root$2
  [ "$(readlink "$name" || true)" != "$1" ] || return 0
  if [ -e "$name" ] && [ ! -L "$name" ]; then say "  $2: not ours, left alone"; return; fi
  install -d -m 0755 "$(dirname "$name")"
  ln -sfn "$1" "$name"
  changed=$((changed + 1))
  say "  $2"
}

# --- Files --------------------------------------------------------------------------------------
place_common() {
  put 0644 "$here/systemd/sysusers.conf" /usr/lib/sysusers.d/ghepmau.conf
  put 0644 "$here/systemd/ghepmau-$role.service" "/etc/systemd/system/ghepmau-$role.service"
  link "/opt/ghepmau/$role/bin/ghepmau-$role" "/usr/local/bin/ghepmau-$role"
  local page
  for page in station readers kiosk pi server operators imports engines cluster; do
    put 0644 "$here/../docs/$page.md" "/usr/share/doc/ghepmau/$page.md"
  done
}

place_station() {
  local profile
  put 0644 "$here/systemd/watchdog.conf" "$watchdog"
  for profile in "$here"/readers/*.toml; do
    put 0644 "$profile" "/etc/ghepmau/readers/$(basename "$profile")"
  done
  put 0644 "$here/udev/99-ghepmau.rules" /etc/udev/rules.d/99-ghepmau.rules
  put 0644 "$here/systemd/ghepmau-uplink.service" /etc/systemd/system/ghepmau-uplink.service
  put 0644 "$here/systemd/media-ghepmau.mount" /etc/systemd/system/media-ghepmau.mount
  install -d -m 0755 "$root/media/ghepmau"
  put 0644 "$here/systemd/ghepmau-kiosk.service" /etc/systemd/system/ghepmau-kiosk.service
  put 0644 "$here/systemd/ghepmau-firstboot.service" /etc/systemd/system/ghepmau-firstboot.service
  put 0644 "$here/systemd/modules-load.conf" /etc/modules-load.d/ghepmau.conf
  put 0644 "$here/image/sysctl.conf" /etc/sysctl.d/90-ghepmau.conf
  put 0644 "$here/image/journald.conf" /etc/systemd/journald.conf.d/ghepmau.conf
  put 0644 "$here/image/station.toml" /usr/share/ghepmau/station.toml
  put 0644 "$here/station.example.toml" /usr/share/ghepmau/station.example.toml
  put 0755 "$here/image/firstboot.sh" /usr/lib/ghepmau/firstboot.sh
  if [ -n "$screen" ]; then
    put 0644 "$here/systemd/ghepmau-screen.conf" \
      /etc/systemd/system/ghepmau-station.service.d/screen.conf
  fi
}

# Notes each timer that this machine did not have when the program came to it.
note_timers() {
  local name
  for name in "${all_timers[@]}"; do
    [ -n "$timers" ] || continue
    [ -e "$root/opt/ghepmau/server" ] && [ -e "$root/etc/systemd/system/$name" ] || new_timers+=("$name")
  done
}

# Patroni holds the watchdog where it runs, and systemd would keep it for itself: servers had this
# file in earlier releases.
leave_watchdog() {
  [ ! -e "$root/etc/systemd/system/ghepmau-station.service" ] || return 0
  cmp -s "$here/systemd/watchdog.conf" "$root$watchdog" || return 0
  rm "$root$watchdog"
  changed=$((changed + 1))
  say "  $watchdog: away"
}

place_server() {
  local unit
  note_timers
  leave_watchdog
  for unit in listen.service work.service backup.service backup.timer anchor.service anchor.timer \
    retention.service retention.timer archive.service archive.timer; do
    put 0644 "$here/systemd/ghepmau-$unit" "/etc/systemd/system/ghepmau-$unit"
  done
  put 0644 "$here/../deploy/nginx/ghepmau.conf" /usr/share/ghepmau/nginx.conf
  put 0644 "$here/../deploy/caddy/Caddyfile" /usr/share/ghepmau/Caddyfile
  put 0644 "$here/../deploy/haproxy/ghepmau.cfg" /usr/share/ghepmau/haproxy.cfg
  put 0644 "$here/../deploy/prometheus/alerts.yml" /usr/share/ghepmau/alerts.yml
  put 0644 "$here/../deploy/grafana/ghepmau-server.json" /usr/share/ghepmau/grafana.json
}

# What the Pi's own firmware reads.  Lines of others stay as they are; ours stand between two marks.
place_boot() {
  local boot=$root/boot/firmware work word
  [ -f "$boot/config.txt" ] || { say "  no $boot/config.txt: not a Raspberry Pi, boot files left alone"; return; }
  work=$(mktemp -d)
  sed -e '/^# --- ghepmau$/,/^# --- ghepmau end$/d' "$boot/config.txt" >"$work/config.txt"
  { echo '# --- ghepmau'; echo '[all]'; cat "$here/boot/config.txt"; echo '# --- ghepmau end'; } >>"$work/config.txt"
  tr ' ' '\n' <"$boot/cmdline.txt" | grep -v '^$' >"$work/words"
  while read -r word; do
    case $word in
      -*) grep -vxF -- "${word#-}" "$work/words" >"$work/fewer" || true; mv "$work/fewer" "$work/words" ;;
      +*) grep -qxF -- "${word#+}" "$work/words" || echo "${word#+}" >>"$work/words" ;;
    esac
  done <"$here/boot/cmdline.txt"
  paste -s -d ' ' "$work/words" >"$work/cmdline.txt"
  put 0644 "$work/config.txt" /boot/firmware/config.txt
  put 0644 "$work/cmdline.txt" /boot/firmware/cmdline.txt
  rm -r "$work"
}

# --- Packages, users, the program -----------------------------------------------------------------
install_packages() {
  local wanted=(python3-venv) missing=() package
  [ "$role" = server ] || wanted+=(libzbar0)
  for package in "${wanted[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
  fi
  # It would talk to every serial reader.  udev keeps it off as well, where somebody needs it.
  if [ "$role" = station ] && dpkg-query -W modemmanager >/dev/null 2>&1; then
    DEBIAN_FRONTEND=noninteractive apt-get remove -y -qq modemmanager
  fi
}

# The program itself: a release of its own, watched, and the one before where it does not run.
bring_release() {
  local more=()
  [ "$changed" = 0 ] || more=(--restart)
  "$here/upgrade.sh" "$role" --from "$source" "${more[@]}"
}

say "Ghép Mẫu: $role"
place_common
if [ "$role" = station ]; then
  place_station
  place_boot
else
  place_server
fi
if [ -n "$root" ]; then
  [ "$role" = station ] || say "to be enabled there: ghepmau-server ghepmau-listen ${new_timers[*]}"
  say "$changed changed in $root"
  exit 0
fi

install_packages
systemd-sysusers /usr/lib/sysusers.d/ghepmau.conf
systemctl daemon-reload
if [ "$role" = station ]; then
  udevadm control --reload
  udevadm trigger --subsystem-match=tty --subsystem-match=video4linux --subsystem-match=input
  xargs -r -a <(grep -v '^#' "$here/systemd/modules-load.conf") -n 1 modprobe -q || true
  sysctl -q -p /etc/sysctl.d/90-ghepmau.conf
  systemctl enable --quiet ghepmau-station ghepmau-uplink ghepmau-firstboot
  [ -z "$kiosk" ] || systemctl enable --quiet --now ghepmau-kiosk
else
  systemctl enable --quiet ghepmau-server ghepmau-listen
  [ ${#new_timers[@]} = 0 ] || systemctl enable --quiet --now "${new_timers[@]}"
  [ -n "$timers" ] || systemctl disable --quiet --now "${all_timers[@]}"
fi
bring_release
say "$changed changed"
