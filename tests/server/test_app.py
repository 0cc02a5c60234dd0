from flask import Flask

from server.web import access_of


def test_every_view_says_who_may_call_it(app: Flask) -> None:
    unmarked = [
        endpoint
        for endpoint, view in app.view_functions.items()
        if endpoint != "static" and access_of(view) is None
    ]
    assert unmarked == []
