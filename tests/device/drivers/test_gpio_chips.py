"""The header is found by its label, whatever its number is today."""

import os
from pathlib import Path

import pytest

from device.drivers.gpio_chips import HEADERS, VARIABLE, choose_chip, labels_of, number_of


@pytest.mark.parametrize(
    ("labels", "number"),
    [
        ({0: "pinctrl-bcm2711", 1: "raspberrypi-exp-gpio"}, 0),
        ({0: "gpio-brcmstb@107d508500", 4: "pinctrl-rp1"}, 4),  # a Pi 5, at first
        ({0: "pinctrl-rp1", 10: "gpio-brcmstb@107d508500"}, 0),  # a Pi 5, since 6.6.45
        ({1: "raspberrypi-exp-gpio"}, None),
        ({}, None),
    ],
)
def test_the_header_is_found_by_its_label(labels: dict[int, str], number: int | None) -> None:
    assert number_of(labels, HEADERS) == number


def test_another_board_names_its_own_chip() -> None:
    assert number_of({0: "9030000.pl061"}, ("*.pl061",)) == 0


def test_what_is_no_chip_or_may_not_be_opened_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "gpiochip0").write_bytes(b"")  # answers to no question
    (tmp_path / "gpiochip1").mkdir()
    (tmp_path / "gpiochip4").symlink_to(tmp_path / "gpiochip0")
    (tmp_path / "gpiochips").write_bytes(b"")
    assert labels_of(tmp_path) == {}


def test_what_the_administrator_chose_stays(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(VARIABLE, "7")
    choose_chip(devices=tmp_path)
    assert os.environ[VARIABLE] == "7"
