"""The sampling table before the emulated Pi: hands, and what the station answers to them."""

from dataclasses import dataclass
from time import sleep

from device.drivers.simulated.mjpeg import MjpegCamera
from device.lines import Line
from pi.console import Console
from pi.hands import UsbReader, type_code
from pi.lines import GUEST, Lines
from pi.machine import Machine, MachineTrouble, Monitor
from pi.pins import CANCEL, UNDO, Pins
from rehearsal.picture import Pictures

SETTINGS = "/data/station.toml"
_PROGRAM = "python3 -m device.cli"
_HUMAN = 0.3  # seconds between two movements
_ASIDE = 3.0  # seconds until a code that was put away counts as gone, at four pictures a second
_SERVER = "http://10.0.2.100:8000"
_TOML = f"""\
[station]
state = "/data/ghepmau"
live = "/run/ghepmau/state.json"
hold_seconds = 120
fast_seconds = 0
[camera]
source = "http://10.0.2.100:8001/video.mjpg"
budget_ms = 1000
[reader]
port = "/dev/ghepmau/reader"
driver = "gm65"
[reader2]
port = "/dev/ghepmau/wedge"
driver = "wedge"
[panel]
driver = "gpio"
chip = "*.pl061"
green = 0
red = 1
blue = 2
sounder = 4
cancel = 5
undo = 6
[server]
url = "{_SERVER}"
"""


@dataclass
class Hands:
    """What stands on the table all day, whether the Pi has power or not."""

    machine: Machine
    camera: MjpegCamera
    pictures: Pictures
    reader: UsbReader


_VIVID = "vivid node_types=0x101 num_inputs=1 input_types=0x3 num_outputs=1 output_types=0x1"
_V4L2 = """\
import os, signal, time
from device.drivers import CameraLost
from device.drivers.camera_guarded import GuardedCamera
from device.drivers.camera_process import Spec

def frames(camera, wanted, seconds):
    ends, shape = time.monotonic() + seconds, None
    while wanted and time.monotonic() < ends:
        frame = camera.frame(0.5)
        if frame is not None:
            wanted, shape = wanted - 1, frame.grey.shape
    return "none" if wanted else f"{shape[1]}x{shape[0]}"

camera = GuardedCamera(Spec("opencv", "/dev/video0", 640, 480))
print("seen", frames(camera, 10, 60))
os.kill(camera._process.pid, signal.SIGSTOP)  # as a read that never returns
began = time.monotonic()
try:
    frames(camera, 1000, 60)
except CameraLost as lost:
    print(f"lost after {time.monotonic() - began:.0f} s")
again = GuardedCamera(Spec("opencv", "/dev/video0", 640, 480))
print("seen again", frames(again, 10, 60))
again.close()
"""


class Table:
    """One start of the machine, until its power is cut.  `paired` counts what was told."""

    def __init__(self, hands: Hands, heard: list[Line]) -> None:
        self.hands, machine = hands, hands.machine
        self._camera = hands.camera
        self.paired = 0
        self._console = Console(machine.folder)
        self._monitor = Monitor(machine.folder)
        self.pins = Pins(machine.folder, self._monitor)
        self._lines = Lines(machine.folder, heard)

    def enrol(self, code: str) -> None:
        self._console.do("mkdir -p /data/ghepmau")
        self._console.write(SETTINGS, _TOML)
        words = f"enrol --server {_SERVER} --code '{code}' --state /data/ghepmau"
        self._console.do(f"{_PROGRAM} {words}", seconds=240)
        self._console.do("sync")

    def watch_v4l2(self) -> str:
        """Read a camera of the kernel's (V4L2), stop its process dead, and read it again."""
        self._console.do(f"modprobe {_VIVID} && udevadm settle")
        self._console.write("/data/v4l2.py", _V4L2)
        said = self._console.do("python3 /data/v4l2.py 2>/data/v4l2.log", seconds=240)
        self._console.do("rmmod vivid")
        told = said.splitlines()
        if len(told) != 3 or any("none" in line for line in told):
            raise MachineTrouble(f"the V4L2 camera was not read, lost and read again: {told}")
        return "; ".join(told)

    def awake(self) -> str:
        """Return how many devices on USB never sleep; raise MachineTrouble where one does."""
        states = self._console.do("cat /sys/bus/usb/devices/*/power/control").split()
        if set(states) != {"on"}:
            raise MachineTrouble(f"a device on USB may go to sleep: {states}")
        return f"{len(states)} devices on USB, none of which goes to sleep"

    def begin(self) -> None:
        """Plug in the reader, start the station, wait until it is ready with all its devices."""
        self.hands.reader.plug()
        words = f"run --config {SETTINGS} --json --no-kiosk"
        self._console.do(f"cd /data; {_PROGRAM} {words} >{GUEST} 2>>/data/station.log &")
        self._lines.wait("ready", seconds=240)

    def stop(self) -> None:
        """End the station as systemd would, and see the machine off."""
        self._console.do("pkill -TERM -f 'device.cli run'")
        try:
            self._lines.wait("stopped", seconds=120)
        except MachineTrouble as trouble:
            _, log = self._console.run(
                "tail -n 30 /data/station.log; ps -ef | grep -c '[d]evice.cli'"
            )
            raise MachineTrouble(f"{trouble}; its log ends with: {log}") from trouble
        self.cut_power()

    def cut_power(self) -> None:
        self.hands.machine.cut_power()
        self._camera.show(None)
        self._lines.close()
        self.pins.close()
        self._console.close()
        self._monitor.close()
        self.hands.reader.pull()

    def verify(self) -> str:
        """Let the station check its journal; raise MachineTrouble where a row is wrong."""
        said = self._console.do(f"{_PROGRAM} journal verify --config {SETTINGS}", seconds=240)
        return " ".join(said.split())

    def export_to_stick(self) -> str:
        """Plug in a memory stick, carry the journal onto it, and pull it out again."""
        self._monitor.order("device_add usb-storage,bus=usb.0,drive=stick,id=stick1,removable=on")
        here = "/dev/disk/by-label/GHEPMAU"  # as udev names it, once the kernel has found it
        wait = f"for _ in $(seq 100); do [ -b {here} ] && break; sleep 0.2; done"
        self._console.do(f"{wait}; mkdir -p /media/ghepmau; mount -t vfat {here} /media/ghepmau")
        words = f"export --config {SETTINGS} --to /media/ghepmau"
        said = self._console.do(f"{_PROGRAM} {words}", seconds=240)
        self._console.do("umount /media/ghepmau")
        self._monitor.order("device_del stick1")
        return said.splitlines()[-1]

    def hold(self, code: bytes) -> None:
        """Hold a person's code before the camera until the station has it."""
        self._camera.show(self.hands.pictures.of(code))
        self._lines.wait("person-held", seconds=90)
        self._camera.show(None)
        sleep(_HUMAN)

    def scan_paired(self, tube: str) -> None:
        self._scan(tube, "paired")
        self.paired += 1

    def _scan(self, tube: str, outcome: str) -> Line:
        self.hands.reader.scan(tube)
        return self._lines.wait(outcome, seconds=30)

    def scan_refused(self, tube: str, reason: str) -> None:
        line = self._scan(tube, "refused")
        if line.reason != reason:
            raise MachineTrouble(f"tube {tube} was refused as {line.reason}, not {reason}")

    def pair(self, code: bytes, tube: str) -> None:
        self.hold(code)
        self.scan_paired(tube)
        sleep(_ASIDE)

    def pair_typed(self, card: str, tube: str) -> None:
        """A person whose card is read by the reader that plays a keyboard."""
        type_code(self._monitor, card)
        self._lines.wait("person-held", seconds=30)
        self.scan_paired(tube)

    def tube_first(self, code: bytes, tube: str) -> None:
        self._scan(tube, "tube-held")
        self._camera.show(self.hands.pictures.of(code))
        self._lines.wait("paired", seconds=90)
        self.paired += 1
        self._camera.show(None)
        sleep(_ASIDE)

    def cancel(self, code: bytes) -> None:
        """Press ✖ on the header while a person is held."""
        self.hold(code)
        self.pins.press(CANCEL)
        self._lines.wait("let-go", seconds=30)
        sleep(_ASIDE)

    def undo(self) -> None:
        """Press ↩ on the header after a pair."""
        self.pins.press(UNDO)
        self._lines.wait("voided", seconds=30)

    def pull_and_plug(self, code: bytes) -> None:
        """Pull the reader while a person is held: they are let go of, and it comes back."""
        self.hold(code)
        self.hands.reader.pull()
        self._lines.wait("let-go", seconds=30)
        self._lines.wait("reader-lost", seconds=30)
        self.hands.reader.plug()
        self._lines.wait("reader-back", seconds=60)
        sleep(_ASIDE)
