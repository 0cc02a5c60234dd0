"""What the intake answers to an upload that it understood, and where uploads are brought."""

from datetime import datetime

import msgspec

from contract.receipts import HeadWire, Receipt
from server.intake.group import Outcome
from server.intake.refusals import changed_replay

PATH = "/api/v1/intake/batches"
JSON = "application/json"
RETRY_AFTER = ("Retry-After", "2")  # seconds
BUSY = msgspec.json.encode(
    {
        "code": "busy",
        "message": "Máy chủ đang bận. Trạm sẽ tự gửi lại.",
        "message_en": "The server is busy. The station will send it again.",
    }
)


def answer_to(outcome: Outcome, at: datetime) -> tuple[int, bytes]:
    """Return status and body: a receipt, or that nothing was stored and what stands where the
    upload first differs, because the station's journal may have been set back."""
    if not outcome.changed:
        return 200, msgspec.json.encode(Receipt(outcome.new, outcome.known, at.isoformat()))
    error = changed_replay(len(outcome.changed))
    heads = [HeadWire(epoch, head.seq, head.hash) for epoch, head in outcome.heads.items()]
    said = {"code": error.code, "message": error.vi, "message_en": error.en, "heads": heads}
    return error.status, msgspec.json.encode(said)
