"""Feed identity parsers for hours: `pip install atheris`, then

    python tests/fuzz/fuzz_identities.py -max_len=4296 -timeout=1 CORPUS_FOLDER

Atheris is no dependency of ours (it wants clang and x86-64).  pytest does not collect this file;
what it finds becomes an example in `test_identities.py`.
"""

import sys

import atheris

with atheris.instrument_imports():
    from contract import certificates, events, identities, legacy_text, names


def feed(data: bytes) -> None:
    """Anything that escapes from here is a fault."""
    try:
        code = identities.parse(data)
    except identities.IdentityError:
        code = None
    if code is not None and (not code.keys or code.raw != data):
        raise AssertionError(code)
    text = data.decode("utf-8", errors="replace")
    for fold in (names.display, names.match_key, names.loose_key, names.spelling_key):
        if fold(fold(text)) != fold(text):
            raise AssertionError(fold)
    names.sort_key(text)
    legacy_text.decode(text[:200])
    for read, error in (
        (certificates.read_certificate, certificates.CertificateError),
        (events.decode, events.EventError),
    ):
        try:
            read(data if read is events.decode else text)  # type: ignore[operator]
        except error:
            continue


if __name__ == "__main__":
    atheris.Setup(sys.argv, feed)
    atheris.Fuzz()
