"""Talk to one machine over an open line until it is gone: MLLP, or ASTM."""

import logging
from collections.abc import Callable, Iterable
from time import monotonic
from uuid import uuid4

from server.lab.instruments.hl7_messages import RESULTS
from server.lab.links.astm_receiver import Action, Keep, Receiver, Send
from server.lab.links.inbox import Inbox
from server.lab.links.mllp import Answer, Deframer, Overlong, envelope_of, reply
from server.lab.links.streams import Gone, Stream

log = logging.getLogger(__name__)
WAIT_SECONDS = 0.5
Stopped = Callable[[], bool]
Wall = Callable[[], float]


def serve_mllp(stream: Stream, inbox: Inbox, stopped: Stopped) -> None:
    """Keep and answer every message; return when the line is gone."""
    deframer = Deframer()
    try:
        while not stopped():
            for message in deframer.feed(stream.read(WAIT_SECONDS)):
                stream.write(answer(message, inbox))
    except Gone as gone:
        log.info("an HL7 line ended (%s)", gone)
    if deframer.open:  # kept, so that a person sees that something was lost
        inbox.keep(deframer.left())


def answer(message: bytes | Overlong, inbox: Inbox) -> bytes:
    """Keep *message* and return what is answered: AA only when it is on the disk."""
    if isinstance(message, Overlong):
        return _reply(b"", Answer.REJECT, "The message is too long.", inbox)
    if not message.strip():
        return _reply(message, Answer.REJECT, "The message is empty.", inbox)
    head = envelope_of(message)
    if not inbox.keep(message, name=head.control_id):
        return _reply(message, Answer.ERROR, "Not stored: send it again.", inbox)
    if not head.is_hl7:
        return _reply(message, Answer.REJECT, "There is no MSH segment.", inbox)
    if head.kind not in RESULTS:
        why = f"{head.kind} carries no results; ORU and OUL are taken."
        return _reply(message, Answer.REJECT, why, inbox)
    return _reply(message, Answer.ACCEPT, "", inbox)


def _reply(message: bytes, code: Answer, why: str, inbox: Inbox) -> bytes:
    our_id = uuid4().hex[:20]
    return reply(envelope_of(message), code, why, our_id=our_id, now=inbox.clock())


def serve_astm(stream: Stream, inbox: Inbox, stopped: Stopped, wall: Wall = monotonic) -> None:
    """Receive messages by E1381; return when the line is gone."""
    receiver = Receiver()
    try:
        while not stopped():
            data = stream.read(WAIT_SECONDS)
            _act(receiver, receiver.receive(data, wall()), stream, inbox, wall)
            _act(receiver, receiver.tick(wall()), stream, inbox, wall)
    except Gone as gone:
        log.info("an ASTM line ended (%s)", gone)
    for action in receiver.closed():
        if isinstance(action, Keep):
            inbox.keep(action.message)


def _act(
    receiver: Receiver, actions: Iterable[Action], stream: Stream, inbox: Inbox, wall: Wall
) -> None:
    for action in actions:
        if isinstance(action, Send):
            stream.write(action.data)
        else:
            kept = inbox.keep(action.message)
            _act(receiver, receiver.kept(ok=kept, now=wall()), stream, inbox, wall)
