"""The parts of `make pi` that need no emulator: what is counted, what is typed, what is found."""

import pytest

from contract.cards import ALPHABET
from device.drivers.readers.keyboard import keys_of
from device.lines import Line
from pi.console import ended
from pi.hands import key_of
from pi.pins import BLUE, GREEN, RED, qom_path, risen
from pi.report import AtServer, Check, Report, reckon

TREE = """\
/machine (virt-7.2-machine)
  /peripheral (container)
    /card (virtio-blk-pci)
  /unattached (container)
    /device[6] (pl031)
    /device[7] (pl061)
      /pl061[0] (qemu:memory-region)
""".splitlines()


def line(outcome: str, event: str | None = None, tube: str = "") -> Line:
    return Line(at="", outcome=outcome, event=event, tube=tube)


def server(**pairings: str) -> AtServer:
    return AtServer(pairings, frozenset(), 0, 0)


HEARD = [
    line("ready"),
    line("paired", "e1", "t1"),
    line("refused", "e2"),
    line("paired", "e3", "t3"),
]


def test_a_day_on_which_everything_arrived_holds() -> None:
    report = reckon(HEARD, server(e1="t1", e3="t3"), cuts=1, wanted=2)
    assert report.holds
    assert report.lines()[-1].startswith("Không mất")


@pytest.mark.parametrize(
    "at_server",
    [
        server(e1="t1"),  # one is missing
        server(e1="t1", e3="t1"),  # one has another tube
        server(e1="t1", e3="t3", e4="t4", e5="t5"),  # more that nobody heard than power cuts
        AtServer({"e1": "t1", "e3": "t3"}, frozenset({"e1"}), 0, 0),  # voided by nobody here
        AtServer({"e1": "t1", "e3": "t3"}, frozenset(), 1, 0),
        AtServer({"e1": "t1", "e3": "t3"}, frozenset(), 0, 1),
    ],
)
def test_whatever_does_not_agree_fails(at_server: AtServer) -> None:
    report = reckon(HEARD, at_server, cuts=1, wanted=2)
    assert not report.holds
    assert report.lines()[-1].startswith("HỎNG")


def test_a_pair_that_was_told_and_is_not_there_is_named() -> None:
    assert reckon(HEARD, server(e1="t1"), 1, 2).missing == ["t3 (e3)"]


def test_a_pair_that_the_cut_left_on_the_card_unheard_is_no_fault() -> None:
    assert reckon(HEARD, server(e1="t1", e3="t3", e4="t4"), cuts=1, wanted=2).holds


def test_a_pair_told_twice_under_one_event_is_a_fault() -> None:
    assert not reckon([*HEARD, HEARD[1]], server(e1="t1", e3="t3"), 1, 3).holds


def test_a_report_holds_when_each_check_does() -> None:
    assert Report([Check("a", 1, 1)]).holds
    assert not Report([Check("a", 1, 1), Check("b", 1, 2)]).holds


def test_the_end_of_a_command_is_its_mark_with_its_exit_code() -> None:
    assert ended('echo "END"_ab12_$?_\r\n', "ab12") is None
    assert ended("some\r\ntext\r\nEND_ab12_", "ab12") is None
    assert ended("some\r\ntext\r\nEND_ab12_17_\r\n", "ab12") == (17, "some\ntext")


def test_the_chip_is_found_in_the_emulators_tree() -> None:
    assert qom_path(TREE) == "/machine/unattached/device[7] (pl061)"
    assert qom_path(TREE[:5]) == ""


def test_a_light_counts_when_it_goes_on() -> None:
    lights = (GREEN, RED, BLUE)
    assert risen(0b000, 0b001, lights) == [GREEN]
    assert risen(0b001, 0b101, lights) == [BLUE]
    assert risen(0b101, 0b000, lights) == []


def test_the_wedge_can_type_every_number_of_a_card() -> None:
    for sign in f"P:{ALPHABET}0123456789":
        shifted = keys_of(sign)[0][1]
        assert key_of(sign).startswith("shift-") is shifted
    with pytest.raises(ValueError, match="no key"):
        key_of("ễ")
