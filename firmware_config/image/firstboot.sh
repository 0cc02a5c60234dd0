#!/bin/bash
# Enrols this station with what stands in ghepmau.txt on the FAT partition, and writes its settings.
# Run by ghepmau-firstboot.service until it has worked once.  GHEPMAU_ROOT: for tests and images.
set -euo pipefail
root=${GHEPMAU_ROOT:-}
asked=$root/boot/firmware/ghepmau.txt
settings=$root/etc/ghepmau/station.toml
example=$root/usr/share/ghepmau/station.toml
state=$root/var/lib/ghepmau
program=$root/opt/ghepmau/station/bin/ghepmau-station

say() { printf 'Ghép Mẫu: %s\n' "$*"; }
stop() { printf 'Ghép Mẫu: %s\n' "$*" >&2; exit 1; }

# The file is read line by line and never run: it comes from a partition that anybody can write.
# Windows' line ends, its byte-order mark and spaces around are taken off.
value_of() {
  sed -n -e 's/\r$//' -e '1s/^\xef\xbb\xbf//' -e "s/^[[:space:]]*$1[[:space:]]*=[[:space:]]*//p" \
    "$asked" | sed -e 's/[[:space:]]*$//' | head -n 1
}

[ -f "$asked" ] || stop "không có tệp $asked · there is no $asked"
server=$(value_of server)
code=$(value_of code)
ca_file=$(value_of ca_file)
duty=$(value_of duty)
[ -n "$server" ] || stop "$asked: thiếu server=... · says no server=..."
[ -n "$code" ] || stop "$asked: thiếu code=... (lấy ở trang Trạm) · says no code=... (from the Stations page)"
case $ca_file in
  */*) stop "$asked: ca_file phải nằm cạnh tệp này · ca_file is a file beside this one, not a path" ;;
esac
case $duty in
  '' | sampling | check-in | reception) ;;
  *) stop "$asked: duty là sampling, check-in hoặc reception · duty is one of sampling, check-in, reception" ;;
esac

more=()
if [ -n "$ca_file" ]; then
  [ -f "$root/boot/firmware/$ca_file" ] || stop "không có tệp $ca_file · there is no $ca_file"
  install -D -m 0644 "$root/boot/firmware/$ca_file" "$root/etc/ghepmau/ca.pem"
  more=(--ca-file "$root/etc/ghepmau/ca.pem")
fi

umask 077
mkdir -p "$state"
# Enrolled before, and cut off before the settings were written: the code is used up by now.
if [ ! -s "$state/station.json" ]; then
  "$program" enrol --server "$server" --code "$code" --state "$state" "${more[@]}" ||
    stop "ghi danh chưa được, sẽ thử lại · not enrolled yet, will be tried again"
fi
[ -n "$root" ] || chown -R ghepmau:ghepmau "$state"

# Where the file says no duty, the server's Stations page has said one.
[ -n "$duty" ] ||
  duty=$(sed -n -E 's/.*"duty": ?"(sampling|check-in|reception)".*/\1/p' "$state/station.json" | head -n 1)

# Settings last, and in one step: their presence says that everything before them is done.
umask 022
mkdir -p "${settings%/*}"
{
  sed -e "/^\[station\]/a duty = \"${duty:-sampling}\"" "$example"
  [ -z "$ca_file" ] || printf '\n[server]\nca_file = "/etc/ghepmau/ca.pem"\n'
} >"$settings.new"
sync "$settings.new"
mv "$settings.new" "$settings"
sync "${settings%/*}"

# The code is worth nothing now; it is erased all the same.
sed -i 's/^[[:space:]]*code[[:space:]]*=.*/code=/' "$asked"
sync "$asked"
say "đã ghi danh, trạm sẵn sàng · enrolled, the station is ready"
