"""Paths of pages, whose links are prepared when the first one is made.

Werkzeug compiles two functions for each path as it is added, which for some 280 paths was nine
tenths of putting the server together; a process links to few of them, and a command to none.
"""

from collections.abc import Callable

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class LateRule(Rule):
    """A path of a page."""

    def _compile_builder(self, append_unknown: bool = True) -> Builder:  # noqa: FBT001, FBT002
        compiled: list[Builder] = []
        compile_now = super()._compile_builder

        def build(*args: object, **values: object) -> tuple[str, str]:
            if not compiled:
                compiled.append(compile_now(append_unknown))
            return compiled[0](*args, **values)

        return build
