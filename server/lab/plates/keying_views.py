"""Results of a plate by keys alone: the wells are fields in the plate's form, one letter each.

Without a script it is a form like any other; `static/js/plate.js` moves from well to well.
"""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server import forms
from server.display import t
from server.errors import BadInput, DomainError
from server.lab.measured import Measured
from server.lab.plates import keying, queries
from server.lab.plates.geometry import Fill
from server.lab.plates.keying import LETTERS
from server.lab.scans import ct_of
from server.lab.services import Finding
from server.lab.words import CALLS
from server.web import Permission, actor, now, reading, requires, transaction


@requires(Permission.RESULT_WRITE)
def show_key(plate_id: str) -> ResponseReturnValue:
    return _page(plate_id)


@requires(Permission.RESULT_WRITE)
def key(plate_id: str) -> ResponseReturnValue:
    try:
        findings, others = _findings(), _others()
        with transaction() as session:
            keyed = keying.enter_calls(
                session, plate_id, findings, others=others, by=actor(), now=now()
            )
    except DomainError as problem:
        return _page(plate_id, problem)
    if keyed.entered:
        said = f"Đã nhập {keyed.entered} kết quả.", f"{keyed.entered} results are entered."
        flash(t(*said))
    for name, why in keyed.refused:
        flash(f"{name}: {t(why.vi, why.en)}", "problem")
    return redirect(url_for(".show_key", plate_id=plate_id))


def _findings() -> dict[str, Finding]:
    """Return the wells that hold a letter; raise BadInput naming the well that is wrong."""
    found: dict[str, Finding] = {}
    for field, text in request.form.items():
        if not field.startswith("call-"):
            continue
        name = field.removeprefix("call-")[:4]
        try:
            call = keying.letter_of(text)
            cts = ct_of(request.form, f"ct_n-{name}"), ct_of(request.form, f"ct_orf-{name}")
        except BadInput as error:
            raise BadInput(f"Giếng {name}: {error.vi}", f"Well {name}: {error.en}") from error
        if call is not None:
            genes = zip(("N", "ORF"), cts, strict=True)
            found[name] = Finding(call, tuple(Measured(gene, ct) for gene, ct in genes))
        elif any(cts):
            raise BadInput(
                f"Giếng {name} có Ct mà chưa có kết quả.", f"Well {name} lacks its call."
            )
    return found


def _others() -> int | None:
    if not request.form.get("others", "").strip():
        return None
    return forms.number(request.form, "others", low=0, high=384)


def _page(plate_id: str, problem: DomainError | None = None) -> ResponseReturnValue:
    with reading() as session:
        plate = queries.plate_named(session, plate_id)
        cells, shape = queries.cells_of(session, plate), queries.shape_of(plate)
        waiting = [cell for cell in cells if cell.is_sample and not cell.call]
        order = {well: place for place, well in enumerate(shape.order(Fill(plate.fill)))}
        return render_template(
            "lab/plate_key.html",
            problem=problem,
            form=request.form if problem else {},
            plate=plate,
            shape=shape,
            cells=cells,
            waiting=sorted(waiting, key=lambda cell: order[cell.well]),
            order=order,
            letters={letter: CALLS[call] for letter, call in LETTERS.items()},
            letter_of={call.value: letter for letter, call in LETTERS.items()},
        ), problem.status if problem else 200
