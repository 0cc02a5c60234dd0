"""Vaccinations for officers: hand in a list, see how it was read, confirm; scan certificates."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contract.certificates import IssuerKey
from server import sheets
from server.accounts.current import current_within, place_in
from server.audit import services as audit
from server.display import local
from server.errors import BadInput
from server.forms import required_text, uuid_of
from server.people.whole import check_whole
from server.record import doses, vaccinations
from server.record.vaccination_models import Vaccination
from server.sampling import roster_words
from server.sampling.roster_cells import Reason as Unread
from server.web import Permission, actor, large_body, now, reading, requires, t, transaction

bp = Blueprint("vaccinations", __name__)
SHOWN = 200
LONGEST_CODE = 4296


def issuers() -> Mapping[bytes, IssuerKey]:
    found: Mapping[bytes, IssuerKey] = current_app.extensions["issuers"]
    return found


def certificate_in(form: Mapping[str, str]) -> str:
    """Return the text of a certificate that was scanned or pasted into a form."""
    said = form.get("certificate", "")
    if not said.strip() or len(said) > LONGEST_CODE:
        raise BadInput("Quét hoặc dán mã HC1.", "Scan or paste the HC1 code.", field="certificate")
    return said


def sentence(made: Sequence[Vaccination]) -> str:
    """Return what is said after a certificate was taken."""
    if all(each.verified for each in made):
        return t(
            f"Đã ghi {len(made)} mũi; chữ ký đúng.", f"{len(made)} doses; the signature is good."
        )
    return t(
        f"Đã ghi {len(made)} mũi; chưa xác minh được nơi cấp.",
        f"{len(made)} doses; the issuer could not be verified.",
    )


def words_of(reason: str) -> str:
    """Return a row's reason as people read it."""
    if reason in set(doses.Reason):
        return t(*doses.REASONS[doses.Reason(reason)])
    return t(*roster_words.REASONS[Unread(reason)])


@bp.get("/vaccinations")
@requires(Permission.VACCINATION_WRITE)
def list_imports() -> ResponseReturnValue:
    with reading() as session:
        return render_template(
            "record/vaccinations.html",
            imports=[
                (each, vaccinations.reading_of(each))
                for each in vaccinations.imports(session, current_within())
            ],
            known=len(issuers()),
        )


@bp.post("/vaccinations")
@requires(Permission.VACCINATION_WRITE)
@large_body
def read_list() -> ResponseReturnValue:
    file = request.files.get("file")
    if file and file.filename:
        rows = sheets.rows_of(file.read())
    else:
        rows = sheets.rows_of_text(request.form.get("people", ""))
    with transaction() as session:
        made = vaccinations.stage(
            session,
            doses.read(rows, today=local(now()).date()),
            title=required_text(request.form, "title", longest=80),
            place=place_in(request.form),
            by=actor(),
            now=now(),
        )
    return redirect(url_for(".show_import", import_id=made.id))


@bp.get("/vaccinations/<uuid:import_id>")
@requires(Permission.VACCINATION_WRITE)
def show_import(import_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        found = vaccinations.import_named(session, import_id)
        read = vaccinations.reading_of(found)
        detail = f"{len(read.given)} taken, {len(read.refused)} refused"
        audit.record(session, "vaccinations.read", found.id, by=actor(), now=now(), detail=detail)
        return render_template(
            "record/vaccination_import.html",
            found=found,
            read=read,
            shown=SHOWN,
            reasons=Counter(each.reason for each in read.refused),
            words=words_of,
        )


@bp.post("/vaccinations/<uuid:import_id>/confirm")
@requires(Permission.VACCINATION_WRITE)
def confirm(import_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        last = vaccinations.confirm(session, import_id, by=actor(), now=now())
    flash(
        t(
            f"Đã ghi {len(last.given)} mũi vào hồ sơ; {len(last.refused)} dòng không nhận.",
            f"{len(last.given)} doses entered; {len(last.refused)} rows refused.",
        )
    )
    return redirect(url_for(".show_import", import_id=import_id))


@bp.post("/vaccinations/certificates")
@requires(Permission.VACCINATION_WRITE)
def add_certificate() -> ResponseReturnValue:
    said = certificate_in(request.form)
    of = request.form.get("person", "")
    with transaction() as session:
        if of:
            check_whole(session, uuid_of(of), current_within())
        made = vaccinations.add_certificate(
            session, said, issuers(), person_id=uuid_of(of) if of else None,
            place="" if of else place_in(request.form), by=actor(), now=now(),
        )  # fmt: skip
    flash(sentence(made))
    return redirect(f"/people/{of}" if of else url_for(".list_imports"))
