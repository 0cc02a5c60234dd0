"""What commands say is said in Vietnamese with English beside it, or in the one that was chosen."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract import spoken
from server.cli import main

SERVER = Path(__file__).parents[2] / "server"
FILES = [*SERVER.rglob("*_cli.py"), SERVER / "cli.py", SERVER / "archives" / "aging.py",
         SERVER / "preparing.py", *(SERVER / "upkeep" / f"{name}.py" for name in
         ("judging", "ages", "opening", "key_file", "rotation", "postgres_copy"))]  # fmt: skip
PAIRS = {"said", "tell", "Trouble", "old", "waits", "RollUpsDiffer", "BadInput"}
WORDS = re.compile(r"[a-z]{2,}[a-z,:;]* [a-z]{2,}")
MARKS = re.compile("[ăâđêôơưàáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụỳýỷỹỵằắẳẵặầấẩẫậềếểễệồốổỗộờớởỡợừứửữự]", re.I)


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
            in {"say", "print", "add", "add_parser", "Judged", "_complain"}
        )
        helps = [node.value] if isinstance(node, ast.keyword) and node.arg == "help" else []
        for part in [*(node.args if told and isinstance(node, ast.Call) else []), *helps]:
            for inner in ast.walk(part):
                text = inner.value if isinstance(inner, ast.Constant) else None
                if isinstance(text, str) and id(inner) not in paired and WORDS.search(text):
                    yield f"{path.name}: {text}"


def test_no_command_says_a_sentence_in_one_language_only() -> None:
    assert not [text for path in FILES for text in said_once(path)]


def test_a_pair_is_vietnamese_and_then_english() -> None:
    wrong = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = (
                node.func.id
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
                else ""
            )
            if name not in {"said", "tell", "Trouble"} or len(node.args) != 2:  # type: ignore[attr-defined]
                continue
            vi, en = (ast.unparse(each) for each in node.args)  # type: ignore[attr-defined]
            if MARKS.search(en) or (not MARKS.search(vi) and vi != en and WORDS.search(vi)):
                wrong.append(f"{path.name}: {vi}")
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
    assert "cấu hình chưa đúng" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["--help", "--lang", "vi"])
    assert "Tạo thư mục dữ liệu" in capsys.readouterr().out
    spoken.choose([], {})
