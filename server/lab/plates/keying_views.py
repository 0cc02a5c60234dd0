"""Results of a plate by keys alone: the wells are fields in the plate's form, one letter each.

Without a script it is a form like any other; `static/js/plate.js` moves from well to well.
"""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server import forms
from server.display import t
from server.errors import BadInput, DomainError
from server.lab import typed, wells
from server.lab.plates import assaying, keyed_runs, keying, queries
from server.lab.plates.geometry import Fill
from server.lab.plates.keying import LETTERS
from server.lab.plates.templates import ROLE_WORDS
from server.lab.services import Finding
from server.lab.typed import CtField
from server.lab.words import CALLS
from server.web import Permission, actor, now, place, reading, requires, transaction

FAILED = (
    "Chứng không đạt: lượt chạy được giữ lại, không kết quả nào được nhập. Rút lại, chạy lại.",
    "The controls failed: the run is kept and no result is entered. Withdraw it, run again.",
)


@requires(Permission.RESULT_WRITE)
def show_key(plate_id: str) -> ResponseReturnValue:
    return _page(plate_id)


@requires(Permission.RESULT_WRITE)
def key(plate_id: str) -> ResponseReturnValue:
    try:
        others = _others()
        with transaction() as session:
            assay = assaying.assay_of(session, queries.plate_named(session, plate_id))
            keyed = keying.enter_calls(
                session, plate_id, _findings(typed.fields_of(assay)), others=others, by=actor(),
                now=now(), place=place(),
            )  # fmt: skip
            failed = keyed.run is not None and keyed.run.controls != "passed"
            run_id = keyed.run.id if keyed.run else None
    except DomainError as problem:
        return _page(plate_id, problem)
    if keyed.entered:
        said = f"Đã nhập {keyed.entered} kết quả.", f"{keyed.entered} results are entered."
        flash(t(*said))
    if failed:
        flash(t(*FAILED), "problem")
        return redirect(url_for("runs.show_run", run_id=run_id))
    for name, why in keyed.refused:
        flash(f"{name}: {t(why.vi, why.en)}", "problem")
    return redirect(url_for(".show_key", plate_id=plate_id))


def _findings(fields: list[CtField]) -> dict[str, Finding]:
    """Return the wells that hold a letter; raise BadInput naming the well that is wrong."""
    found: dict[str, Finding] = {}
    for field, text in request.form.items():
        if not field.startswith("call-"):
            continue
        name = field.removeprefix("call-")[:4]
        try:
            call = keying.letter_of(text)
            cts = typed.readings_in(request.form, fields, of=name)
        except BadInput as error:
            raise BadInput(
                f"Giếng {name}: {error.vi}", f"Well {name}: {error.en}", field=error.field or field
            ) from error
        if call is not None:
            found[name] = Finding(call, cts)
        elif cts:
            raise BadInput(
                f"Giếng {name} có Ct mà chưa có kết quả.",
                f"Well {name} lacks its call.",
                field=field,
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
        assay, run = assaying.assay_of(session, plate), wells.keyed_run(session, plate.id)
        keyed = keyed_runs.keyed_controls(session, run) if run else {}
        waiting = [c for c in cells if c.waits or (c.control and not run)]
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
            assay=assay,
            cts=typed.fields_of(assay),
            run=run,
            keyed=keyed,
            lacks=assaying.lacking(assay, plate),
            roles=ROLE_WORDS,
            letters={letter: CALLS[call] for letter, call in LETTERS.items()},
            letter_of={call.value: letter for letter, call in LETTERS.items()},
        ), problem.status if problem else 200
