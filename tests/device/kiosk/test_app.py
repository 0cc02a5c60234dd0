"""The kiosk over HTTP: its page, its stream, its locks, and what it leaves behind."""

import http.client
import re
import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest

from device.config import Kiosk as Settings
from device.kiosk.hub import MOST
from device.kiosk.server import Kiosk, PortTaken
from device.lines import Held

PAUSE = threading.Event()  # never set: something to wait on


def ask(kiosk: Kiosk, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection(urlsplit(kiosk.address).netloc, timeout=10)
    with closing(connection):
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer, answer.read()


@dataclass
class Stream:
    """A viewer's stream of events."""

    answer: http.client.HTTPResponse

    def events(self) -> Iterator[tuple[str, Any]]:
        name = ""
        while line := self.answer.readline():
            key, _, value = line.decode().rstrip("\n").partition(": ")
            if key == "event":
                name = value
            elif key == "data":
                yield name, msgspec.json.decode(value)

    def until(self, name: str) -> Any:
        return next(data for said, data in self.events() if said == name)

    def parts_with(self, word: str) -> dict[str, str]:
        """Wait for a change that holds *word*; return all parts of that change."""
        changes = (data["parts"] for name, data in self.events() if name == "change")
        return next(parts for parts in changes if any(word in part for part in parts.values()))


@contextmanager
def viewer(kiosk: Kiosk) -> Iterator[Stream]:
    connection = http.client.HTTPConnection(urlsplit(kiosk.address).netloc, timeout=10)
    with closing(connection):
        connection.request("GET", "/stream")
        answer = connection.getresponse()
        assert answer.status == 200
        try:
            yield Stream(answer)
        finally:
            answer.close()


def soon(true: Callable[[], bool], seconds: float = 8.0) -> bool:
    until = monotonic() + seconds
    while not true() and monotonic() < until:
        PAUSE.wait(0.05)
    return true()


def test_the_page_is_whole_without_script(desk: Any, kiosk: Kiosk) -> None:
    kiosk.hub.look()
    desk.show(held=Held("person", "N●●●●● Thị M●●", 1991, until=monotonic() + 24))
    answer, body = ask(kiosk, "/")
    text = body.decode()
    assert answer.status == 200
    assert "N●●●●● Thị M●●" in text
    assert "QUÉT ỐNG" in text
    assert '<noscript><meta http-equiv="refresh"' in text


def test_nothing_on_the_page_comes_from_elsewhere_or_stands_inline(kiosk: Kiosk) -> None:
    answer, body = ask(kiosk, "/")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    text = body.decode()
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in text
    assert " style=" not in text
    assert "<style" not in text
    assert (
        text.count("<script") == text.count('<script src="/static/kiosk.js" defer></script>') == 1
    )


@pytest.mark.parametrize(
    "path",
    ["/static/kiosk.js", "/static/kiosk.css", "/static/kiosk.svg", "/fonts/bold.ttf"],
)
def test_what_the_page_needs_is_served_by_the_station(kiosk: Kiosk, path: str) -> None:
    answer, body = ask(kiosk, path)
    assert (answer.status, bool(body)) == (200, True)


def test_a_font_that_is_not_ours_is_not_found(kiosk: Kiosk) -> None:
    assert ask(kiosk, "/fonts/..%2f..%2fbold.ttf")[0].status == 404


def test_another_sites_name_for_this_machine_is_refused(kiosk: Kiosk) -> None:
    assert ask(kiosk, "/", Host="evil.example")[0].status == 400
    assert ask(kiosk, "/stream", Host="evil.example")[0].status == 400


def test_a_name_is_text_and_never_markup(desk: Any, kiosk: Kiosk) -> None:
    kiosk.hub.look()
    desk.show(held=Held("person", "<script>x</script>", 1991, until=monotonic() + 9))
    text = ask(kiosk, "/")[1].decode()
    assert "<script>x" not in text
    assert "&lt;script&gt;x" in text


def test_only_what_changed_is_pushed(desk: Any, kiosk: Kiosk) -> None:
    with viewer(kiosk) as stream:
        assert set(stream.until("change")["parts"]) >= {"head", "main", "pairs", "devices", "mood"}
        desk.beat()
        stream.parts_with("QUÉT MÃ NGƯỜI")
        desk.show(held=Held("tube", tube="260000123482", until=monotonic() + 20))
        assert set(stream.parts_with("3482")) == {"main"}


def test_green_comes_at_once_and_goes_by_itself(desk: Any, kiosk: Kiosk) -> None:
    with viewer(kiosk) as stream:
        desk.beat()
        stream.parts_with("QUÉT MÃ NGƯỜI")
        began = monotonic()
        desk.show(recent=[desk.tell("paired", tube="260000123482")])
        assert stream.parts_with("3482")["mood"] == "good"
        assert monotonic() - began < 1.4  # 0.1 s where nothing else runs
        assert stream.parts_with("QUÉT MÃ NGƯỜI")["mood"] == "calm"
        assert monotonic() - began > 1.4


def test_a_silent_stream_beats(kiosk: Kiosk) -> None:
    with viewer(kiosk) as stream:
        assert stream.until("beat") == {}


def test_viewers_that_go_leave_no_thread_behind(desk: Any, kiosk: Kiosk) -> None:
    before = threading.active_count()
    for _ in range(3):
        with viewer(kiosk) as one, viewer(kiosk) as other:
            one.until("hello")
            other.until("hello")
    assert soon(lambda: kiosk.hub.viewers == 0)
    assert soon(lambda: threading.active_count() <= before)


def test_too_many_screens_are_told_so_and_there_is_room_again(kiosk: Kiosk) -> None:
    open_now = [viewer(kiosk) for _ in range(MOST)]
    for one in open_now:
        one.__enter__()
    answer, body = ask(kiosk, "/stream")
    assert answer.status == 503
    assert "đóng bớt" in body.decode()
    for one in open_now:
        one.__exit__(None, None, None)
    assert soon(lambda: kiosk.hub.viewers == 0)
    with viewer(kiosk) as stream:
        stream.until("hello")


def test_a_kiosk_that_ends_lets_its_viewers_go(kiosks: Callable[..., Kiosk]) -> None:
    kiosk = kiosks()
    with viewer(kiosk) as stream:
        stream.until("hello")
        kiosk.hub.close()
        assert all(name in {"change", "beat"} for name, _ in stream.events())


def test_a_taken_port_is_told_in_a_sentence(kiosk: Kiosk, kiosks: Callable[..., Kiosk]) -> None:
    port = urlsplit(kiosk.address).port
    with pytest.raises(PortTaken, match=r"choose another kiosk\.port"):
        kiosks(port=port)


def test_the_page_speaks_english_first_where_the_settings_say_so(
    desk: Any, kiosks: Callable[..., Kiosk]
) -> None:
    kiosk = kiosks(language="en")
    kiosk.hub.look()
    desk.beat()
    text = ask(kiosk, "/")[1].decode()
    assert '<html lang="en">' in text
    assert text.index("Scan the person") < text.index("QUÉT MÃ NGƯỜI")


def test_every_file_of_the_page_belongs_to_its_release(kiosk: Kiosk, tmp_path: Path) -> None:
    text = ask(kiosk, "/")[1].decode()
    with viewer(kiosk) as stream:
        assert f'data-build="{stream.until("hello")["build"]}"' in text


def test_the_documentation_shows_pictures_that_exist_and_the_settings_that_are() -> None:
    docs = Path(__file__).parents[3] / "docs"
    text = (docs / "kiosk.md").read_text("utf-8")
    shown = re.findall(r"\((pictures/[^)]+)\)", text)
    assert len(shown) == 8
    assert [name for name in shown if not (docs / name).exists()] == []
    [settings] = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert msgspec.convert(tomllib.loads(settings)["kiosk"], Settings).on
