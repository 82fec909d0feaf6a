"""What can go wrong between the outbox and a mail server. The difference that matters: can the text have
arrived?
"""

from __future__ import annotations


class DeliveryProblem(Exception):
    """A delivery did not come to its end; the message says with whom, why, and what to do."""


class Unreachable(DeliveryProblem):
    """The channel cannot be used now (no connection, no trust, no login): it says nothing of the mail, which
    waits.
    """


class Unfinished(DeliveryProblem):
    """This mail was put off, or the connection was lost before its text was handed over: it has not arrived,
    try later.
    """


class Refused(DeliveryProblem):
    """The server will not take this mail, now or later."""


class Unanswered(DeliveryProblem):
    """The text was handed over and no answer came: it may have arrived."""


class BadAddress(Refused):
    """A sender or recipient is no mail address."""
