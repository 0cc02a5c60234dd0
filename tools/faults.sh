#!/usr/bin/env bash
# Runs the fault tests.  What they need is installed where apt and the rights are there; a test
# whose tool is missing is skipped and says so.  Arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."
missing=()
command -v strace >/dev/null || missing+=(strace)
command -v fusermount3 >/dev/null || missing+=(fuse3)
ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 || missing+=(libfaketime)
if [ ${#missing[@]} -gt 0 ] && command -v apt-get >/dev/null; then
  as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo -n)
  "${as_root[@]}" apt-get update -qq || true
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    echo "Not installed: ${missing[*]} (somebody who may: sudo apt-get install ${missing[*]})"
fi
.venv/bin/python -c 'import mfusepy' 2>/dev/null ||
  .venv/bin/python -m pip install --quiet --disable-pip-version-check 'mfusepy>=3,<4' ||
  echo "Not installed: mfusepy; the power-cut tests are skipped."
# nginx and Caddy as files alone: their packages would begin services here.
fetch() {
  PATH="$PATH:/usr/sbin" command -v "$1" >/dev/null && return
  [ ! -x ".peers/bin/$1" ] || return 0
  local folder done=no
  folder=$(mktemp -d)
  (cd "$folder" && apt-get download -qq "$1" && dpkg -x ./*.deb .) >/dev/null 2>&1 &&
    mkdir -p .peers/bin && cp "$folder"/usr/*bin/"$1" .peers/bin/ && done=yes
  rm -rf "$folder"
  [ "$done" = yes ] || echo "Not fetched: $1; the tests of it in front of the server are skipped."
}
fetch nginx
fetch caddy
exec .venv/bin/python -m pytest -q -rs -n 2 --dist loadfile --ignore faults/cluster faults "$@"
