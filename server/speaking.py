"""What a command of the server's says to whoever runs it."""

from contract.spoken import said


def tell(vi: str, en: str) -> None:
    """Print a sentence as this command speaks, at once."""
    say(said(vi, en))


def say(line: str) -> None:
    """Print a line that is the same in each language, or is put together already."""
    print(line, flush=True)  # noqa: T201 - a command's answer
