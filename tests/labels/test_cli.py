"""Every example that the commands' help shows is run."""

import json
import re
import shlex
from collections.abc import Iterator
from contextlib import redirect_stdout, suppress
from io import StringIO
from pathlib import Path

import pytest

from contract.cards import CardNumber
from labels.cli import main
from labels.proof import proof
from labels.simulated.press import SimulatedPress

COMMANDS = (
    "lot", "roster", "cards", "poster", "commands", "box", "readers", "calibrate", "proof", "print",
)  # fmt: skip
DOCS = Path(__file__).parents[2] / "docs/labels.md"


def shown_by(help_text: str) -> Iterator[list[str]]:
    joined = help_text.replace("\\\n", " ")
    for line in re.findall(r"^\s*ghepmau-labels (.+)$", joined, re.MULTILINE):
        yield shlex.split(line)


def help_of(command: str) -> str:
    shown = StringIO()
    with redirect_stdout(shown), suppress(SystemExit):
        main([command, "--help"])
    return shown.getvalue()


def examples() -> list[list[str]]:
    """All examples of the help and of the documentation, with shorter rolls."""
    texts = [*map(help_of, COMMANDS), DOCS.read_text("utf-8")]
    found = [words for text in texts for words in shown_by(text)]
    return [[word.replace("5000", "50") for word in words] for words in found]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the examples name."""
    monkeypatch.chdir(tmp_path)
    for name in ("cong-nhan.csv", "thon.csv"):
        (tmp_path / name).write_text("Họ tên;năm sinh\nNguyễn Thị Thu Hà;1991\nLê An;1980\n")
    number = _number()
    card = {"number": number, "payload": f"P:{number}", "name": "Lê An", "birth_year": 1980}
    (tmp_path / "cards.json").write_text(json.dumps([card]))
    return tmp_path


def _number() -> str:
    found = CardNumber.mint(b"ninebytes")
    assert found is not None
    return found.text


EXAMPLES = examples()
PRINTED = ("lo.pdf", "cuon.pdf", "lo.zpl")


@pytest.mark.parametrize("words", EXAMPLES, ids=" ".join)
def test_an_example_does_what_it_shows(folder: Path, words: list[str]) -> None:
    for name in PRINTED:
        roll = ["--stock", "ROLL-38X25", *(["--as", "zpl"] if name.endswith("zpl") else [])]
        given = ["lot", "--series", "26", "--first", "1", "--count", "3", *roll, "--out", name]
        assert main(given) == 0
    with SimulatedPress() as press:
        host, port = press.address
        words = [word.replace("192.0.2.7:9100", f"{host}:{port}") for word in words]
        words = [word.replace("cups:van-phong", "file:giay.pdf") for word in words]
        book = ["--book", str(folder / "book.sqlite")] if words[0] == "print" else []
        assert main([*words, *book]) == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shows_an_example(command: str) -> None:
    assert [words for words in shown_by(help_of(command)) if words[0] == command]


def test_a_roster_prints_labels_and_says_who_gets_which(folder: Path) -> None:
    words = "roster cong-nhan.csv --series 26 --first 7 --out r.pdf --assignments a.csv"
    assert main(words.split()) == 0
    assert len(proof(folder / "r.pdf").codes) == 2
    assert "Nguyễn Thị Thu Hà" in (folder / "a.csv").read_text("utf-8")


def test_new_cards_are_kept_or_not_printed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cards", "thon.csv", "--out", "the.pdf"]) == 1
    assert "--list" in capsys.readouterr().err
    assert not (folder / "the.pdf").exists()
    assert main(["cards", "thon.csv", "--out", "the.pdf", "--list", "the.json"]) == 0
    kept = [row["payload"] for row in json.loads((folder / "the.json").read_text("utf-8"))]
    assert [code.seen.text for code in proof(folder / "the.pdf").codes] == kept


@pytest.mark.parametrize(
    ("words", "said"),
    [("lot --series 26 --first 1 --count 0 --out x.pdf", "phải từ 1"),
     ("lot --series 26 --first 99999999 --count 2 --out x.pdf", "vượt quá"),
     ("lot --series 26 --first 1 --count 1 --stock X --out x.pdf", "Không có loại nhãn"),
     ("lot --series 26 --first 1 --count 1 --as zpl --out x.pdf", "là tờ nhãn"),
     ("lot --series 26 --first 1 --count 1 --stock ROLL-38X25 --dpi 400 --as zpl --out x.pdf",
      "203, 300"),
     ("proof none.pdf", "Không đọc được"), ("proof thon.csv", "Không đọc được"),
     ("cards none.csv --out x.pdf", "none.csv"), ("print thon.csv --to lpt1", "không phải máy in")],
)  # fmt: skip
def test_what_cannot_be_done_is_said_and_leaves_no_file(
    folder: Path, capsys: pytest.CaptureFixture[str], words: str, said: str
) -> None:
    assert main(words.split()) == 1
    assert said in capsys.readouterr().err
    assert not list(folder.glob("x.pdf*"))


def test_a_proof_fails_where_a_code_has_no_room(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lot = "lot --series 26 --first 1 --count 4 --stock CRYO --out cryo.pdf"
    assert main(lot.split()) == 0
    assert main(["proof", "cryo.pdf"]) == 0
    assert main(["proof", "cryo.pdf", "--printer-dpi", "203"]) == 1
    assert "Không đạt" in capsys.readouterr().out
