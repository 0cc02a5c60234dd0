"""Log in and out."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from server.web import public, signed_in

bp = Blueprint("accounts", __name__)


@bp.get("/login")
@public
def show_login() -> ResponseReturnValue:
    return render_template("login.html")


@bp.get("/")
@signed_in
def home() -> ResponseReturnValue:
    return render_template("home.html")
