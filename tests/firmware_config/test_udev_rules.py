"""The udev rules, read as udev reads them: which name does which device get?"""

import re
import shutil
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

FILE = Path(__file__).parents[2] / "firmware_config" / "udev" / "99-ghepmau.rules"
TERM = re.compile(r'(\w+)(?:\{([\w/.]+)\})?(==|!=|\+=|=)"([^"]*)"')
MATCHES = {"ACTION", "SUBSYSTEM", "SUBSYSTEMS", "KERNEL", "ENV", "ATTR", "TEST"}
Term = tuple[str, str, str, str]
Device = dict[str, str]


def rules() -> list[list[Term]]:
    lines = FILE.read_text("utf-8").splitlines()
    kept = [line for line in lines if line and not line.startswith("#")]
    for line in kept:
        assert TERM.sub("", line).replace(",", "").strip() == "", f"udev would not read: {line}"
    return [TERM.findall(line) for line in kept]


def holds(term: Term, device: Device) -> bool:
    key, sub, operator, pattern = term
    if key == "TEST":
        return pattern in device
    if key == "SUBSYSTEMS":  # true if it is true of the device or of anything that it hangs on
        found = device.get("SUBSYSTEMS", device.get("SUBSYSTEM", "")).split()
    else:
        found = [device.get(f"{key}{{{sub}}}" if sub else key, "")]
    globs = pattern.split("|")
    return any(any(fnmatchcase(one, glob) for glob in globs) == (operator == "==") for one in found)


def does(rule: list[Term], seen: Device, names: set[str]) -> str:
    """Carry out one rule; return the label that it jumps to."""
    target = ""
    if all(holds(term, seen) for term in rule if term[2] in ("==", "!=")):
        for key, sub, operator, value in rule:
            if key == "SYMLINK":
                names.add(value.replace("$env{ID_PATH}", seen.get("ENV{ID_PATH}", "")))
            elif key == "GOTO":
                target = value
            elif operator == "=":
                seen[f"{key}{{{sub}}}" if sub else key] = value
    return target


def apply(device: Device) -> tuple[dict[str, str], set[str]]:
    """Return what the rules set on *device*, and the names that it gets."""
    seen, names, target = {"ACTION": "add", **device}, set[str](), ""
    for rule in rules():
        labels = [value for key, _, _, value in rule if key == "LABEL"]
        if not target or target in labels:
            target = does(rule, seen, names)
    return seen, names


def tty(vendor: str, kernel: str = "ttyACM0") -> Device:
    return {
        "SUBSYSTEM": "tty",
        "SUBSYSTEMS": "tty usb",
        "KERNEL": kernel,
        "ENV{ID_VENDOR_ID}": vendor,
        "ENV{ID_PATH}": "platform-xhci-hcd.0-usb-0:1:1.0",
    }


def test_udevadm_itself_finds_no_fault() -> None:
    """Since systemd 254; on the emulated Pi (`make pi`) an older udev obeys these rules."""
    udevadm = shutil.which("udevadm")
    if udevadm is None:
        pytest.skip("no udevadm here")
    words = subprocess.run([udevadm, "--help"], capture_output=True, text=True, check=True)
    if " verify " not in words.stdout:
        pytest.skip("this udevadm cannot verify yet")
    done = subprocess.run(
        [udevadm, "verify", "--no-summary", str(FILE)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_every_jump_has_its_landing() -> None:
    labels = {value for rule in rules() for key, _, _, value in rule if key == "LABEL"}
    assert {value for rule in rules() for key, _, _, value in rule if key == "GOTO"} <= labels


def test_every_match_is_of_a_kind_that_udev_knows() -> None:
    for rule in rules():
        assert {key for key, _, operator, _ in rule if operator in ("==", "!=")} <= MATCHES


@pytest.mark.parametrize("vendor", ["05e0", "0c2e", "1eab", "6666", "7777", "0403", "1a86"])
def test_a_reader_gets_a_lasting_name_and_one_for_its_socket(vendor: str) -> None:
    seen, names = apply(tty(vendor))
    assert names == {"ghepmau/reader", "ghepmau/port-platform-xhci-hcd.0-usb-0:1:1.0"}
    assert (seen["ENV{ID_MM_PORT_IGNORE}"], seen["GROUP"]) == ("1", "dialout")


def test_an_unknown_serial_device_is_no_reader_but_kept_from_the_modem_manager() -> None:
    seen, names = apply(tty("2341"))
    assert names == set()
    assert seen["ENV{ID_MM_PORT_IGNORE}"] == "1"


def test_the_headers_port_has_a_name() -> None:
    assert apply({"SUBSYSTEM": "tty", "KERNEL": "ttyAMA0"})[1] == {"ghepmau/uart"}
    assert apply({"SUBSYSTEM": "tty", "KERNEL": "tty1"})[1] == set()


def test_nothing_on_usb_goes_to_sleep() -> None:
    device = {"SUBSYSTEM": "usb", "SUBSYSTEMS": "usb", "ENV{DEVTYPE}": "usb_device"}
    seen, _ = apply({**device, "power/control": "", "power/autosuspend_delay_ms": ""})
    assert seen["ATTR{power/control}"] == "on"
    assert seen["ATTR{power/autosuspend_delay_ms}"] == "-1"
    assert seen["ENV{ID_MM_DEVICE_IGNORE}"] == "1"


def test_a_wedge_is_hidden_from_the_desktop_and_an_ordinary_keyboard_is_not() -> None:
    wedge = {
        "SUBSYSTEM": "input",
        "SUBSYSTEMS": "input usb",
        "KERNEL": "event3",
        "ENV{ID_INPUT_KEYBOARD}": "1",
        "ENV{ID_VENDOR_ID}": "05e0",
    }
    seen, names = apply(wedge)
    assert (names, seen["ENV{LIBINPUT_IGNORE_DEVICE}"]) == ({"ghepmau/wedge"}, "1")
    assert apply({**wedge, "ENV{ID_VENDOR_ID}": "046d"})[1] == set()


def test_only_the_capture_node_of_a_camera_is_the_camera() -> None:
    camera = {"SUBSYSTEM": "video4linux", "SUBSYSTEMS": "video4linux usb", "ATTR{index}": "0"}
    assert apply({**camera, "ENV{ID_V4L_CAPABILITIES}": ":capture:"})[1] == {"ghepmau/camera"}
    assert apply({**camera, "ENV{ID_V4L_CAPABILITIES}": ":"})[1] == set()
    assert (
        apply({**camera, "ATTR{index}": "1", "ENV{ID_V4L_CAPABILITIES}": ":capture:"})[1] == set()
    )
    codec = {**camera, "SUBSYSTEMS": "video4linux", "ENV{ID_V4L_CAPABILITIES}": ":capture:"}
    assert apply(codec)[1] == set()  # the Pi's own codec is no camera


def test_a_device_that_goes_is_left_alone() -> None:
    assert apply({**tty("05e0"), "ACTION": "remove"})[1] == set()
