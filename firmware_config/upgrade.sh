#!/bin/bash
# Brings the program of a station or server to another release, and goes back if it is not healthy.
#
#   sudo firmware_config/upgrade.sh station [--from WHEEL | --from DIR] [--restart]
#        firmware_config/upgrade.sh station --root DIR     in a tree of its own: for trials
#
# Each release has a folder of its own; one link says which runs.  Run again with the same release
# it changes nothing.  Ends with 0 where what was asked for runs, with 1 where the one before does.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
source=$(dirname "$here")

role='' root='' restart=''
while [ $# -gt 0 ]; do
  case $1 in
    station | server) role=$1 ;;
    --from) source=${2:?"--from what?"}; shift ;;
    --root) root=${2:?"--root where?"}; shift ;;
    --restart) restart=yes ;;
    *) echo "not understood: $1 (see the head of $0)" >&2; exit 2 ;;
  esac
  shift
done
[ -n "$role" ] || { echo "say what this machine is: station or server" >&2; exit 2; }

opt=$root/opt/ghepmau
link=$opt/$role
settings=$root/etc/ghepmau/$role.toml
say() { printf '%s\n' "$*"; }

extras() { if [ "$role" = station ]; then echo station; else echo server,labels; fi; }
units() { if [ "$role" = station ]; then echo ghepmau-station ghepmau-uplink; else echo ghepmau-server; fi; }

# A release is named after what it was made from, so that the same one is never made twice.
release_name() {
  if [ -d "$source" ]; then
    (cd "$source" && find contract device labels server rehearsal pyproject.toml constraints.txt -type f \
      ! -name '*.pyc' -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c 1-12)
  else
    sha256sum "$source" | cut -c 1-12
  fi
}

# Made beside what runs, and 'ready' last: a power cut leaves nothing that would be taken for whole.
make_release() {
  local new=$1 limits=()
  if [ -e "$new/ready" ]; then return; fi
  rm -rf "$new"
  python3 -m venv "$new"
  [ ! -f "$here/../constraints.txt" ] || limits=(-c "$here/../constraints.txt")
  "$new/bin/pip" install --quiet --disable-pip-version-check "${limits[@]}" "${source}[$(extras)]"
  "$new/bin/ghepmau-$role" --help >/dev/null
  sync -f "$new"
  touch "$new/ready"
}

switch_to() {
  ln -sfn "$1" "$link.next"
  mv -T "$link.next" "$link"
  sync "$opt"
}

# Starts what is set up (systemd waits until it says READY), and looks for ten seconds whether it
# stays up; then a station must say itself that its loop turns and its journal can be written.
healthy() {
  local unit second
  # shellcheck disable=SC2046  # each name is one word
  systemctl restart $(units) || { say "  it does not start"; return 1; }
  for second in 1 2 3 4 5 6 7 8 9 10; do
    sleep 1
    for unit in $(units); do
      if ! systemctl is-active --quiet "$unit"; then
        say "  $unit is not running after $second s"
        return 1
      fi
    done
  done
  [ "$role" != station ] || "$link/bin/ghepmau-station" health --config "$settings"
}

# Keeps the release that runs and the one before it; older ones only fill the card.
prune_releases() {
  local release
  for release in "$opt/releases/"*-"$role"; do
    case $release in
      "$(readlink "$link")" | "$before" | "$opt/releases/*-$role") ;;
      *) rm -rf "$release" ;;
    esac
  done
}

before=$(readlink "$link" || true)
new=$opt/releases/$(release_name)-$role
mkdir -p "$opt/releases"
make_release "$new"
if [ "$before" = "$new" ] && [ -z "$restart" ]; then
  say "  release $(basename "$new") runs already"
  exit 0
fi
switch_to "$new"
say "  release $(basename "$new")"
if [ ! -f "$settings" ]; then
  say "  not set up yet: $settings is missing"
elif healthy; then
  say "  running"
else
  if [ -n "$before" ] && [ "$before" != "$new" ]; then
    say "  the new release does not run: going back to $(basename "$before")"
    switch_to "$before"
    healthy || say "  the one before does not run either: journalctl -u ghepmau-$role"
  fi
  exit 1
fi
prune_releases
