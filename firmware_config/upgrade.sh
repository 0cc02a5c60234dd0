#!/bin/bash
# Brings the program of a station or server to another release, and goes back if it is not healthy.
#
#   sudo firmware_config/upgrade.sh station [--from WHEEL | --from DIR] [--restart]
#        firmware_config/upgrade.sh station --root DIR     in a tree of its own: for trials
#
# Each release has a folder of its own; one link says which runs.  Run again with the same release
# it changes nothing.  Ends with 0 where what was asked for runs, with 1 where the one before does.
#
# A server's units all stop meanwhile, and its database is brought to the new shape after a copy;
# where the new release does not become ready, the copy comes back with the old one, unless
# something was written since: then nothing is taken back, and it says so (docs/operators.md).
# Ended from outside, it does that first; where it cannot (a power cut), run it again.
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
say() { printf '%s\n' "$*" || true; } # whoever listened may have left
# What a command says, once it has ended: a terminal that went away is no trouble of its.
heard() {
  local said code=0
  said=$("$@" 2>&1) || code=$?
  [ -z "$said" ] || say "$said"
  return "$code"
}

extras() { if [ "$role" = station ]; then echo station; else echo server,labels; fi; }
config=(--config "$settings")

# Units that have the program open and are switched on here; and those of them that must stay up.
started=() watched=()
note_units() {
  local unit
  if [ "$role" = station ]; then
    started=(ghepmau-station ghepmau-uplink)
    watched=("${started[@]}")
    return
  fi
  started=(ghepmau-server)
  watched=(ghepmau-server)
  for unit in ghepmau-work ghepmau-listen; do
    if systemctl is-active --quiet "$unit"; then
      started+=("$unit")
      watched+=("$unit")
    elif systemctl is-enabled --quiet "$unit"; then
      started+=("$unit")
    fi
  done
}

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

# Starts what is set up, and looks for ten seconds whether it stays up; then a station must say
# itself that its loop turns and its journal can be written, and a server must answer that it works.
healthy() {
  local unit second
  systemctl restart "${started[@]}" || { say "  it does not start"; return 1; }
  for second in 1 2 3 4 5 6 7 8 9 10; do
    sleep 1
    for unit in "${watched[@]}"; do
      if ! systemctl is-active --quiet "$unit"; then
        say "  $unit is not running after $second s"
        return 1
      fi
    done
  done
  if [ "$role" = station ]; then
    "$link/bin/ghepmau-station" health "${config[@]}"
  elif "$new/bin/ghepmau-server" ready --help >/dev/null 2>&1; then
    heard as_server "$new/bin/ghepmau-server" ready "${config[@]}"
  fi
}

# --- A server's database ----------------------------------------------------------------------------
timers=()
quiet() {
  local name
  for name in backup anchor archive retention; do
    if systemctl is-active --quiet "ghepmau-$name.timer"; then timers+=("ghepmau-$name.timer"); fi
  done
  [ ${#timers[@]} = 0 ] || systemctl stop "${timers[@]}"
  systemctl stop ghepmau-backup.service ghepmau-anchor.service ghepmau-archive.service \
    ghepmau-retention.service ghepmau-server ghepmau-work ghepmau-listen || true # not all are there
}

wake() { [ ${#timers[@]} = 0 ] || systemctl start "${timers[@]}"; }

# As the units run it: the same user, folder and mask, so that they can open what it writes.
as_server() (
  umask 077
  [ ! -d "$root/var/lib/ghepmau-server" ] || cd "$root/var/lib/ghepmau-server"
  if [ "$(id -u)" = 0 ]; then exec runuser -u ghepmau-server -- "$@"; else exec "$@"; fi
)

# What the way back needs, until what was asked for runs, or the one before: the release before, where
# the database stood, and what the new release said of it, such as the copy's path.
state=$opt/$role.upgrading
remember() {
  printf '%s\n' "$before" "$stood" >"$state.next"
  sync "$state.next"
  mv "$state.next" "$state"
}

# Nothing where it cannot be asked.
stands() { as_server "$new/bin/ghepmau-server" stands "${config[@]}" 2>/dev/null || true; }

# The last one: one before it may be of a run that was cut off, and have no counts.
copy() { grep '\.ghepmau-backup$' "$state" | tail -n 1 || true; }

bring_database() {
  as_server "$new/bin/ghepmau-server" upgrade "${config[@]}" >>"$state" || return 1
  [ -z "$(copy)" ] || say "  the database has a new shape; the copy of before is $(copy)"
}

# The database as the release before knows it.  Fails where that would lose what was written since.
take_database_back() {
  [ "$(stands)" != "$stood" ] || return 0
  [ -n "$(copy)" ] || { say "  there is no copy from before the new shape"; return 1; }
  heard as_server "$new/bin/ghepmau-server" go-back "${config[@]}" "$(copy)" || return 1
  [ "$(stands)" = "$stood" ] || { say "  the copy is of a shape between both"; return 1; }
  remember
  say "  the database is as it was before; nothing had been written since"
}

# With all units stopped: the release before, where it can open the database; else the new one.
go_back() {
  if [ "$role" = station ] || take_database_back; then
    say "  $1: going back to $(basename "$before")"
    switch_to "$before"
    healthy || say "  the one before does not run either: journalctl -u ghepmau-$role"
  else
    say "  $1"
    say "  not going back: the release before cannot open the database (docs/operators.md, Upgrade)"
    switch_to "$new"
    systemctl restart "${started[@]}" || true
  fi
  over
}

# From where units stop until they run again, no way out leaves them stopped.
midway=''
over() {
  midway=''
  rm -f "$state"
}
leave() {
  local code=$?
  trap - EXIT
  trap '' INT TERM
  set +e
  if [ -n "$midway" ]; then
    code=1
    quiet
    go_back "ended before the new release ran"
  fi
  wake
  exit "$code"
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
if [ -e "$state" ]; then # cut off then: what ran before that is what to go back to
  case $before in "$new" | "$(sed -n 1p "$state")") ;; *) rm "$state" ;; esac
fi
if [ "$before" = "$new" ] && [ -z "$restart" ] && [ ! -e "$state" ]; then
  say "  release $(basename "$new") runs already"
  exit 0
fi
if [ -f "$settings" ]; then note_units; fi
if [ "$role" = server ] && [ -f "$settings" ] && [ -n "$before" ]; then
  if [ -e "$state" ]; then
    before=$(sed -n 1p "$state") stood=$(sed -n 2p "$state")
  else
    stood=$(stands)
    remember
  fi
  trap '' HUP PIPE
  trap 'exit 1' INT TERM
  trap leave EXIT
  midway=yes
  quiet
  if ! bring_database; then
    go_back "the database was not brought to the new release"
    exit 1
  fi
fi
switch_to "$new"
say "  release $(basename "$new")"
if [ ! -f "$settings" ]; then
  say "  not set up yet: $settings is missing"
elif healthy; then
  say "  running"
else
  if [ -n "$before" ] && [ "$before" != "$new" ]; then
    [ "$role" = station ] || quiet
    go_back "the new release does not run"
  fi
  over
  exit 1
fi
over
prune_releases
