"""How long ago, as commands say it.  Pure."""

from datetime import timedelta

from contract.spoken import said


def waits(count: int, vi: str, en: str, since: timedelta) -> str:
    return said(
        f"{count} {vi}, lâu nhất {_said(since, 'vi')}",
        f"{count} {en}, the oldest for {_said(since, 'en')}",
    )


def old(vi: str, en: str, since: timedelta) -> str:
    return said(f"{vi} đã {_said(since, 'vi')}", f"{en} is {_said(since, 'en')} old")


def _said(age: timedelta, language: str) -> str:
    minutes = int(age.total_seconds() // 60)
    words = ("phút", "giờ", "ngày") if language == "vi" else ("min", "h", "days")
    if minutes < 120:
        return f"{minutes} {words[0]}"
    hours, days = minutes // 60, minutes // 1440
    return f"{hours} {words[1]}" if minutes < 72 * 60 else f"{days} {words[2]}"
