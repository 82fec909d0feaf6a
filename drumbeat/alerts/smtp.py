"""Hand one mail to a mail server, step by step, so that a failure tells whether the text can have arrived.

    connect - STARTTLS or TLS - login    | Unreachable
    MAIL FROM - RCPT TO - DATA           | Refused (5xx), Unfinished (4xx, connection lost)
    text - final dot                     | Unanswered (connection lost, silence, no SMTP reply)
    answer                               | Refused (5xx), Unfinished (4xx), or delivered

All of it takes `mail.total_seconds` at most, and the server's answers a bounded number of bytes
(`bounds.py`). Certificates are verified, always; `SSL_CERT_FILE` names further authorities, as OpenSSL has
it.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage

from config.settings import MailSettings
from drumbeat.alerts.addresses import mail_address
from drumbeat.alerts.bounds import BoundedSmtp, BoundedSmtpSsl
from drumbeat.alerts.problems import DeliveryProblem, Refused, Unanswered, Unfinished, Unreachable
from drumbeat.shown.safe import header_text

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
LOGIN_WANTED = (530, 534, 535, 538)
"""Refusals that the settings are to blame for, not the mail (RFC 4954)."""
Reply = tuple[int, bytes]


def send(message: EmailMessage, *, settings: MailSettings) -> None:
    """Deliver one mail to the address in its `To`.

    Raises:
        Unreachable, Unfinished, Refused, Unanswered: see the module; nothing else leaves here.
    """
    sender, recipient = (mail_address(str(message[name])).addr_spec for name in ("From", "To"))
    body = message.as_bytes()
    with _session(settings) as smtp:
        _refuse_too_long(smtp, len(body), settings)
        with _before_the_text(settings):
            for step in (lambda: smtp.mail(sender), lambda: smtp.rcpt(recipient)):
                _expect(250, step, settings)
            _expect(354, lambda: smtp.docmd("DATA"), settings)
        reply = _text(smtp, body, settings)
        _judge(250, reply, settings)
        # The mail is delivered: nobody waits for the server's farewell, so that the outbox learns of it at
        # once.
        with suppress(smtplib.SMTPException, OSError):
            smtp.putcmd("QUIT")


def _refuse_too_long(smtp: smtplib.SMTP, size: int, settings: MailSettings) -> None:
    """Say before the text is sent that a server takes none so long (RFC 1870)."""
    stated = smtp.esmtp_features.get("size", "")
    if stated.isdecimal() and 0 < int(stated) < size:
        raise Refused(
            f"mail server {settings.host}: the mail has {size} bytes, and it takes {int(stated)} at most"
        )


@contextmanager
def _session(settings: MailSettings) -> Iterator[smtplib.SMTP]:
    """A connection that is encrypted and logged in as the settings say; closed in the
    end, whatever happened.
    """
    where = f"mail server {settings.host}:{settings.port}"
    password = settings.password.get_secret_value()
    if password and settings.security == "none" and settings.host not in LOCAL_HOSTS:
        raise Unreachable(
            f'{where}: mail.security = "none" would send the password unencrypted; '
            'set it to "starttls" or "tls"'
        )
    smtp = None
    try:
        try:
            smtp = _connect(settings)
            if settings.username:
                smtp.login(settings.username, password)
            smtp.ehlo_or_helo_if_needed()
        except (smtplib.SMTPException, OSError) as problem:
            raise Unreachable(f"{where}: {_why(problem, settings)}") from problem
        yield smtp
    finally:
        if smtp is not None:
            smtp.close()


def _connect(settings: MailSettings) -> smtplib.SMTP:
    limits = {"timeout": settings.timeout_seconds, "seconds": settings.total_seconds}
    if settings.security == "tls":
        context = ssl.create_default_context()
        return BoundedSmtpSsl(settings.host, settings.port, context=context, **limits)
    smtp = BoundedSmtp(settings.host, settings.port, **limits)
    if settings.security == "starttls":
        try:
            smtp.starttls(context=ssl.create_default_context())
        except (smtplib.SMTPException, OSError):
            smtp.close()
            raise
    return smtp


def _why(problem: Exception, settings: MailSettings) -> str:
    """What stands between us and the server, and what to do about it."""
    if isinstance(problem, ssl.SSLCertVerificationError):
        return (
            f"its certificate is not trusted: {problem.verify_message}; correct mail.host, "
            "or name the authority's certificate in SSL_CERT_FILE"
        )
    if isinstance(problem, ssl.SSLError):
        security = f"mail.security ({settings.security})"
        return f"no encrypted connection: {problem.reason}; check {security} and mail.port"
    if isinstance(problem, smtplib.SMTPAuthenticationError):
        return f"login refused ({_said(problem.smtp_error)}); check mail.username and DRUMBEAT_MAIL__PASSWORD"
    if isinstance(problem, smtplib.SMTPNotSupportedError):
        return f"{problem}; check mail.security ({settings.security}) and mail.username"
    if isinstance(problem, smtplib.SMTPResponseException):
        return f"it answered {problem.smtp_code} {_said(problem.smtp_error)}"
    reason = header_text(str(problem)) or type(problem).__name__
    return f"it cannot be reached: {reason}; check mail.host, mail.port and the network"


@contextmanager
def _before_the_text(settings: MailSettings) -> Iterator[None]:
    try:
        yield
    except (smtplib.SMTPException, OSError) as problem:
        raise Unfinished(
            f"mail server {settings.host}: the connection was lost before the text was sent: "
            f"{header_text(str(problem))}"
        ) from problem


def _text(smtp: smtplib.SMTP, body: bytes, settings: MailSettings) -> Reply:
    """Send the text with its final dot and wait for the answer; one that neither takes nor refuses it is
    none.
    """
    stuffed = re.sub(rb"(?m)^\.", b"..", body)
    try:
        smtp.send(stuffed.removesuffix(b"\r\n") + b"\r\n.\r\n")
        code, said = smtp.getreply()
        if not (250 <= code <= 259 or 400 <= code <= 599):
            raise smtplib.SMTPResponseException(code, said)
        return code, said
    except (smtplib.SMTPException, OSError) as problem:
        raise Unanswered(
            f"mail server {settings.host}: the text was sent and no answer came "
            f"({header_text(str(problem))}); it may have arrived"
        ) from problem


def _expect(code: int, step: Callable[[], Reply], settings: MailSettings) -> None:
    _judge(code, step(), settings)


def _judge(expected: int, reply: Reply, settings: MailSettings) -> None:
    """A reply with the expected code (or its class 25x) passes; 5xx is a refusal for good, anything else one
    for now.
    """
    code, text = reply
    if code == expected or (expected == 250 and 250 <= code <= 259):
        return
    answer = f"mail server {settings.host}:{settings.port} answered {code} {_said(text)}"
    if code in LOGIN_WANTED:
        raise Unreachable(f"{answer}; check mail.username, DRUMBEAT_MAIL__PASSWORD and mail.security")
    kind: type[DeliveryProblem] = Refused if 500 <= code <= 599 else Unfinished
    raise kind(answer)


def _said(text: bytes | str) -> str:
    """A server's words as one harmless line."""
    return header_text(text.decode("utf-8", "replace") if isinstance(text, bytes) else text)
