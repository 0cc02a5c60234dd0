"""The two configuration files of the rehearsal: the embedded defaults, and what is simulated."""

from pathlib import Path

HOLD_SECONDS = 8  # 30 at a real table; the person who walks away is waited for here


def write_server(home: Path, port: int) -> Path:
    path = home / "server.toml"
    path.write_text(f'data = "{home}/server"\nport = {port}\n')
    return path


def write_station(home: Path, camera: str, reader: str, server: str, kiosk: int) -> Path:
    """Write the station's settings; *kiosk* is the port of its screen, 0 for none."""
    path = home / "station.toml"
    path.write_text(
        f"""[station]
state = "{home}/station"
duty = "sampling"
hold_seconds = {HOLD_SECONDS}
fast_seconds = 0  # the rehearsal's hands are faster than any person's

[camera]
source = "{camera}"

[reader]
port = "{reader}"

[panel]
driver = "simulated"

[server]
url = "{server}"

[kiosk]
on = {"true" if kiosk else "false"}
port = {kiosk or 8010}
"""
    )
    return path
