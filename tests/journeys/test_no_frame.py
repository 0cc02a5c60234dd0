"""A frame of a card is looked at and forgotten: neither station nor server writes one."""

import ast
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import numpy as np
import segno
from PIL import Image

from device.sight.eye import Eye, Settings, read_still
from server.cameras import codes_in

ROOT = Path(__file__).parents[2]
CARD = "024191000001||Nguyễn Thị Mẫu|21031991|Nữ|Thôn Mẫu, Hồng Thái, Bắc Giang|14082021"
WRITERS = {"imwrite", "imwritemulti", "imencode", "VideoWriter", "tofile", "savez", "imsave"}
# The simulated camera of rehearsals serves pictures that it drew itself.
ALLOWED = {"device/drivers/simulated/mjpeg.py"}
_opened: list[str] = []
_watching: list[bool] = []


def _note(event: str, arguments: tuple[object, ...]) -> None:
    """Note each file that Python opens to write."""
    if event != "open" or not _watching:
        return
    path, mode, flags = arguments
    writes = os.O_WRONLY | os.O_RDWR | os.O_CREAT
    if (isinstance(mode, str) and set(mode) & set("wax+")) or (
        isinstance(flags, int) and flags & writes
    ):
        _opened.append(str(path))


sys.addaudithook(_note)


@contextmanager
def watched() -> Iterator[list[str]]:
    _opened.clear()
    _watching.append(True)
    try:
        yield _opened
    finally:
        _watching.clear()


def picture() -> Image.Image:
    out = BytesIO()
    segno.make(CARD).save(out, kind="png", scale=6, border=4)
    return Image.open(BytesIO(out.getvalue())).convert("L")


def test_reading_a_card_on_the_station_opens_no_file_to_write() -> None:
    grey = np.asarray(picture(), dtype=np.uint8)
    eye = Eye(Settings())
    with watched() as opened:
        found = read_still(grey)
        for number in range(10):
            eye.look(grey, number * 0.1)
    assert [code.data.decode() for code in found] == [CARD]
    assert opened == []


def test_reading_a_frame_on_the_server_opens_no_file_to_write() -> None:
    frame = BytesIO()
    picture().save(frame, "PNG")
    with watched() as opened:
        assert codes_in(frame.getvalue()) == [CARD]
    assert opened == []


def test_the_watch_would_see_a_file(tmp_path: Path) -> None:
    with watched() as opened:
        (tmp_path / "frame.png").write_bytes(b"")
    assert opened == [str(tmp_path / "frame.png")]


def test_no_module_can_write_a_picture_of_what_a_camera_saw() -> None:
    found = {
        (str(path.relative_to(ROOT)), name)
        for package in ("device", "server")
        for path in (ROOT / package).rglob("*.py")
        for name in _called(path)
        if str(path.relative_to(ROOT)) not in ALLOWED
    }
    assert {(path, name) for path, name in found if not _is_fourcc(path, name)} == set()


def _called(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr in WRITERS:
            yield node.attr


def _is_fourcc(path: str, name: str) -> bool:
    """The name of a pixel format is spelled with a class that could also write films."""
    return (path, name) == ("device/drivers/camera_opencv.py", "VideoWriter")
