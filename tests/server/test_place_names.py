"""How places are called: by code and code set, never by a bare code."""

from pathlib import Path

import pytest

from server import place_names
from server.config import ConfigError


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


def test_a_place_is_called_by_code_by_name_and_by_its_name_without_the_kind() -> None:
    for text in ("vn-2021:24.222", "Huyện Việt Yên", "viet yen", "VIỆT YÊN"):
        assert place_names.called(text) == ["vn-2021:24.222"]
    assert place_names.called("Bắc Ninh") == ["vn-2021:27", "vn-2025:24"], "nobody guesses"
    assert place_names.called("Phòng xét nghiệm A") == place_names.called("") == []


def test_a_field_offers_fewer_levels_where_there_are_too_many_names(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    rows = [f"vn-2021:24.222.{number:05},Xã {number}\n" for number in range(400)]
    path.write_text("".join(rows), encoding="utf-8")
    place_names.install(str(path))
    assert place_names.offered() == place_names.shipped()
    place_names.install("")
