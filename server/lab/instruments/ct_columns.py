"""Of which target each of several Ct columns is that have one heading.  Pure.

The row above may name the targets, or a column before each Ct.  A name that is given to the wrong
Ct exchanges two targets, so where it is not plain which name is of which Ct there is no answer.
"""

from collections.abc import Callable, Sequence

Field = Callable[[str], str]  # the field that a heading names, '' for none
_OF_ONE = {"", "ct", "call", "dye", "flags", "amp"}  # columns that may be of one target


def named(
    cells: Sequence[str], above: Sequence[str], columns: Sequence[int], field: Field
) -> tuple[tuple[str, int], ...]:
    """Return the target and the place of each of *columns*; nothing where names are not plain.

    Columns that nobody named are numbered: no assay knows `Ct 1`, so they are told and never count.
    """
    over = _over(cells, above, columns, field)
    before = [cells[at - 1].strip() if at else "" for at in columns]
    labels = [each if _plain(each) and not field(each) else "" for each in before]
    if over:
        names = over
    elif all(labels) and len(set(labels)) == len(labels) and not _follows(cells, columns, field):
        names = labels
    elif not any(labels) and not any(map(str.strip, above)):
        names = [f"{cells[at].strip()} {number}" for number, at in enumerate(columns, 1)]
    else:
        names = []
    return tuple(zip(names, columns, strict=False))


def _over(
    cells: Sequence[str], above: Sequence[str], columns: Sequence[int], field: Field
) -> list[str]:
    """Return the names in the row above: one for each Ct, over its columns, and nothing else."""
    keys = [at for at in range(columns[0]) if field(cells[at]) not in _OF_ONE]
    begins, names = max(keys, default=-1) + 1, []
    for at in columns:
        over = [cell.strip() for cell in above[begins : at + 1] if cell.strip()]
        names += over if len(over) == 1 else []
        begins = at + 1
    filled = [cell for cell in above if cell.strip()]
    one_each = len(filled) == len(set(names)) == len(columns)
    return names if one_each and all(map(_plain, names)) else []


def _follows(cells: Sequence[str], columns: Sequence[int], field: Field) -> bool:
    """Return whether a name stands behind the last Ct: then each may be of the Ct before it."""
    behind = cells[columns[-1] + 1].strip() if columns[-1] + 1 < len(cells) else ""
    return _plain(behind) and not field(behind)


def _plain(name: str) -> bool:
    return any(map(str.isalpha, name))
