"""What commands say is said in Vietnamese with English beside it, or in the one that was chosen."""

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from contract import complaints, spoken
from contract.arguments import Parser
from device import cli as station
from labels import cli as labels
from rehearsal import cli as rehearsal
from server.cli import main

ROOT = Path(__file__).parents[2]
SERVER, STATION, LABELS = ROOT / "server", ROOT / "device", ROOT / "labels"
FILES = [*SERVER.rglob("*_cli.py"), SERVER / "cli.py", SERVER / "archives" / "aging.py",
         SERVER / "preparing.py", *(SERVER / "upkeep" / f"{name}.py" for name in
         ("judging", "ages", "opening", "key_file", "rotation", "postgres_copy")),
         *STATION.rglob("*cli.py"), STATION / "arguments.py", *(STATION / "kiosk").glob("*m*.py"),
         STATION / "chain.py", STATION / "reading.py", *LABELS.glob("cli*.py"),
         *(ROOT / "rehearsal").glob("*.py"), ROOT / "contract" / "arguments.py"]  # fmt: skip
PROGRAMS = [ROOT / name for name in ("contract", "device", "labels", "rehearsal", "server")]
PAIRS = {"said", "tell", "Trouble", "old", "waits", "RollUpsDiffer", "BadInput"}
HELP = {"help", "description", "epilog"}
WORDS = re.compile(r"[a-z]{2,}[a-z,:;]* [a-z]{2,}")
MARKS = re.compile("[ăâđêôơưàáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụỳýỷỹỵằắẳẵặầấẩẫậềếểễệồốổỗộờớởỡợừứửữự]", re.I)


WORD = re.compile(r"[^\W\d_]{3,}")


def spoken_errors(kind: type[spoken.Spoken] = spoken.Spoken) -> set[str]:
    found = {each.__name__ for each in kind.__subclasses__()}
    return found.union(*(spoken_errors(each) for each in kind.__subclasses__()))


SPOKEN = spoken_errors()
CHANNELS = ("server/delivery", "server/exchange")  # whose `Unreachable` goes with the delivery
NAMES = re.compile("Ghép Mẫu|Nam[|]Nữ")


def said_once(path: Path) -> Iterator[str]:
    """Yield each sentence that a command would print in one language only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    paired = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in PAIRS
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        told = isinstance(node, ast.Call) and (
            getattr(node.func, "id", getattr(node.func, "attr", ""))
            in {"say", "print", "add", "Judged", "_complain", "complain"}
        )
        helps = [node.value] if isinstance(node, ast.keyword) and node.arg in HELP else []
        for part in [*(node.args if told and isinstance(node, ast.Call) else []), *helps]:
            for inner in ast.walk(part):
                text = inner.value if isinstance(inner, ast.Constant) else None
                if isinstance(text, str) and id(inner) not in paired and WORDS.search(text):
                    yield f"{path.name}: {text}"


def test_no_command_says_a_sentence_in_one_language_only() -> None:
    assert not [text for path in FILES for text in said_once(path)]


@cache
def calls() -> list[tuple[str, str, list[ast.expr]]]:
    """Every call in the programs of what says something: the file, what is called, with what."""
    saying = {"said", "tell", *SPOKEN}
    named = re.compile(rf"\b({'|'.join(saying)})\(")
    files = [path for program in PROGRAMS for path in program.rglob("*.py")]
    texts = [(path, path.read_text(encoding="utf-8")) for path in files]
    return [
        (str(path.relative_to(ROOT)), node.func.id, node.args)
        for path, text in texts
        if named.search(text)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id in saying
    ]


def test_what_went_wrong_is_said_in_both_languages_wherever_it_is_found() -> None:
    """Each error that a command shows: two sentences, or the words of another error alone."""
    assert {
        "ConfigError",
        "JournalTrouble",
        "ReaderLost",
        "CameraLost",
        "NotReadable",
        "PageError",
    } <= SPOKEN
    alone = [
        f"{file}: {ast.unparse(said[0])}"
        for file, name, said in calls()
        if name in SPOKEN and len(said) == 1 and not file.startswith(CHANNELS)
        for part in ast.walk(said[0])
        if isinstance(part, ast.Constant) and WORD.search(str(part.value))
    ]
    assert not alone


def test_a_pair_is_vietnamese_and_then_english() -> None:
    wrong = []
    for file, _, pair in calls():
        if len(pair) == 2:
            vi, en = (ast.unparse(each) for each in pair)
            is_vi = MARKS.search(vi) or vi == en or not WORDS.search(vi)
            if MARKS.search(NAMES.sub("", en)) or not is_vi:
                wrong.append(f"{file}: {vi}")
    assert not wrong


@pytest.mark.parametrize(
    ("words", "environ", "heard"),
    [
        ([], {}, "một · one"),
        ([], {"LANG": "en_US.UTF-8"}, "một · one"),
        ([], {"LANG": "vi_VN.UTF-8"}, "một"),
        ([], {"LC_ALL": "C.UTF-8", "LANG": "vi_VN"}, "một · one"),
        ([], {"GHEPMAU_LANG": "en", "LANG": "vi_VN"}, "one"),
        (["--lang", "vi"], {"GHEPMAU_LANG": "en"}, "một"),
        (["--lang=both"], {"GHEPMAU_LANG": "en"}, "một · one"),
        (["--lang", "fr"], {}, "một · one"),
    ],
)
def test_a_command_speaks_as_it_is_asked_to(
    words: list[str], environ: dict[str, str], heard: str
) -> None:
    assert spoken.choose(["check", *words], environ) == ["check"]
    assert spoken.said("một", "one") == heard
    spoken.choose([], {})


def test_trouble_and_help_are_in_the_language_that_was_chosen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "server.toml"
    config.write_text(f'data = "{tmp_path / "data"}"\n')
    for language, heard, unheard in (("vi", "chưa có tệp khóa", "no key file"),
                                     ("en", "no key file", "chưa có")):  # fmt: skip
        assert main(["check", "--config", str(config), "--lang", language]) == 2
        told = capsys.readouterr().err
        assert heard in told
        assert unheard not in told
    config.write_text("prot = 1\n")
    assert main(["check", "--config", str(config)]) == 2
    assert "không có cấu hình 'prot'" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["--help", "--lang", "vi"])
    assert "Tạo thư mục dữ liệu" in capsys.readouterr().out
    spoken.choose([], {})


@pytest.mark.parametrize("program", [main, station.main, labels.main, rehearsal.main])
@pytest.mark.parametrize(
    ("language", "heard", "unheard"),
    [("vi", "còn thiếu", "required"), ("en", "required", "thiếu")],
)
def test_every_program_refuses_and_helps_in_the_language_that_was_chosen(
    program: Callable[[list[str]], int], language: str, heard: str, unheard: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    words = ["--port", "x"] if program is rehearsal.main else []
    with pytest.raises(SystemExit) as ended:
        program([*words, "--lang", language])
    assert ended.value.code == 2
    told = capsys.readouterr().err
    if not words:
        assert heard in told
        assert unheard not in told
    with pytest.raises(SystemExit):
        program(["--help", "--lang", language])
    helped = capsys.readouterr().out
    assert ("cách dùng" in helped) is (language == "vi")
    assert bool(MARKS.search(helped)) is (language == "vi")
    spoken.choose([], {})


def test_a_station_tells_its_troubles_in_the_language_that_was_chosen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "station.toml"
    config.write_text('[station]\nstate = "state"\nhold_seconds = "long"\n')
    for language, heard in (("vi", "phải là `float`, không phải `str`"),
                            ("en", "expected `float`, got `str`")):  # fmt: skip
        asked = ["config", "check", "--config", str(config), "--lang", language]
        assert station.main(asked) == 1
        assert heard in capsys.readouterr().err
    config.write_text('[station]\nstate = "state"\n')
    for language, heard, unheard in (("vi", "chưa ghi danh", "enrolled"),
                                     ("en", "not enrolled", "ghi danh")):  # fmt: skip
        asked = ["config", "check", "--config", str(config), "--lang", language]
        assert station.main(asked) == 0
        told = capsys.readouterr().out
        assert heard in told
        assert unheard not in told
        assert '"hold_seconds": 30.0' in told, "what programs read is the same in all"
    spoken.choose([], {})


@pytest.mark.parametrize(
    ("english", "vi"),
    [
        ("Expected `int`, got `str`", "phải là `int`, không phải `str`"),
        ("Expected `int` >= 1 - at `$.a`", "phải là `int` >= 1 - ở `$.a`"),
        ("Invalid enum value 'x' - at `$.duty`", "không có giá trị 'x' - ở `$.duty`"),
        ("Object missing required field `station`", "thiếu `station`"),
        ("something new", "something new"),
    ],
)
def test_what_does_not_fit_a_setting_is_said_in_vietnamese(english: str, vi: str) -> None:
    assert complaints.vietnamese(english) == vi


def test_a_wrong_command_line_is_explained_whatever_is_wrong_with_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    spoken.choose(["--lang", "vi"], {})
    parser = Parser("x")
    parser.add_argument("--count", type=int)
    parser.add_argument("--way", choices=("in", "out"))
    for words, heard in (
        (["--count", "two"], "--count: 'two' không phải số nguyên"),
        (["--count"], "--count: cần một giá trị"),
        (["--way", "up"], "--way: không có lựa chọn 'up'"),
        (["more"], "không hiểu: more"),
    ):
        with pytest.raises(SystemExit):
            parser.parse_args(words)
        assert heard in capsys.readouterr().err
    spoken.choose([], {})
