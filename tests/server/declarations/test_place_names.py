"""How places are called: by code and code set, never by a bare code."""

from pathlib import Path

import pytest

from server.config import ConfigError
from server.declarations import place_names


def test_one_code_is_two_provinces_in_two_sets() -> None:
    assert place_names.name_of("vn-2021:24") == "Tỉnh Bắc Giang"
    assert place_names.name_of("vn-2025:24") == "Tỉnh Bắc Ninh"


def test_all_ten_districts_have_names() -> None:
    assert len([each for each in place_names.shipped() if each.startswith("vn-2021:24.")]) == 10


def test_a_commune_without_a_name_is_named_by_what_it_is_in() -> None:
    assert place_names.full_name("vn-2021:24.222.07") == (
        "vn-2021:24.222.07, Huyện Việt Yên, Tỉnh Bắc Giang"
    )
    assert place_names.full_name("somewhere") == "somewhere"
    assert place_names.near_name("vn-2021:24.222.07") == "Huyện Việt Yên, Tỉnh Bắc Giang"
    assert place_names.near_name("vn-2021:24.222") == "Huyện Việt Yên, Tỉnh Bắc Giang"
    assert place_names.near_name("vn-2021:99") == "vn-2021:99"
    assert place_names.near_name("somewhere") == "somewhere"


def test_names_come_from_a_file_too(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text("# xã\nvn-2021:24.222.07,Xã Hồng Thái\n", encoding="utf-8")
    place_names.install(str(path))
    assert place_names.full_name("vn-2021:24.222.07").startswith("Xã Hồng Thái, Huyện Việt Yên")
    place_names.install("")
    for wrong in ("24.222,X\n", "vn-2021:24\n"):
        path.write_text(wrong, encoding="utf-8")
        with pytest.raises(ConfigError, match="line 1"):
            place_names.install(str(path))
