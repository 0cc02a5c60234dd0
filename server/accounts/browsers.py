"""What a browser says it is, in two words: enough to know one's own log-ins apart.  Pure."""

BROWSERS = ("Edg", "OPR", "SamsungBrowser", "CocCoc", "coc_coc_browser", "Firefox", "Chrome",
            "Safari", "curl")  # fmt: skip
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")


def named(agent: str) -> str:
    """Return 'Firefox · Windows', or '' for what says nothing known.  Nothing else is kept."""
    found = (next((word for word in words if word in agent), "") for words in (BROWSERS, SYSTEMS))
    return " · ".join(word for word in found if word)
