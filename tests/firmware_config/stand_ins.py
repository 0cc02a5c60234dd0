"""Stand-ins for the programs that `upgrade.sh` calls; the script itself is the one that ships."""

from pathlib import Path

_VENV = """#!/bin/sh
mkdir -p "$3/bin"
cat > "$3/bin/pip" <<'PIP'
#!/bin/sh
for last; do :; done
cp "${last%%\\[*}" "$(dirname "$0")/PROGRAM"
chmod +x "$(dirname "$0")/PROGRAM"
PIP
chmod +x "$3/bin/pip"
"""
_NOTHING = "#!/bin/sh\n"


def put(root: Path, program: str, **more: str) -> None:
    """Put stand-ins into *root*/tools: an environment that holds *program* alone, and *more*."""
    tools = root / "tools"
    tools.mkdir()
    every = {"python3": _VENV.replace("PROGRAM", program), "sleep": _NOTHING, "sync": _NOTHING}
    for name, text in (every | more).items():
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
