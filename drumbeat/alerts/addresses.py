"""Mail addresses and identifiers: checked before they come near a header."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from email.headerregistry import Address
from email.utils import getaddresses
from hashlib import blake2b
from typing import Any

from drumbeat.alerts.problems import BadAddress
from drumbeat.shown.safe import header_text, one_line

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_DOMAIN = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}))*"
)


def mail_address(text: str) -> Address:
    """`desk@example.org` or `The Desk <desk@example.org>`; a domain in another script becomes its IDNA form.

    Raises:
        BadAddress: anything else, line breaks and second addresses above all.
    """
    found = getaddresses([text]) if one_line(text) == text else []
    # The parser repairs what it reads; an address that does not stand there as it was read is no address.
    name, plain = found[0] if len(found) == 1 and found[0][1] in text else ("", "")
    local, _, domain = plain.rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        domain = ""
    if not (_LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain)):
        raise BadAddress(
            f"{header_text(text)!r} is no mail address; expected name@example.org in mail.sender and "
            "mail.recipients"
        )
    return Address(display_name=header_text(name), username=local, domain=domain)


def mail_domain(sender: str) -> str:
    """The sender's domain, for Message-ID and List-Id; `drumbeat.invalid` where the sender is no address."""
    try:
        return mail_address(sender).domain
    except BadAddress:
        return "drumbeat.invalid"


def message_id(delivery_id: str, evidence: Mapping[str, Any], *, sender: str) -> str:
    """The one Message-ID of a delivery.

    Two workspaces may number their narratives alike; the evidence's digest keeps their mails apart in one
    mailbox.
    """
    frozen = json.dumps(evidence, sort_keys=True, ensure_ascii=True).encode()
    return f"<{delivery_id}.{blake2b(frozen, digest_size=8).hexdigest()}@{mail_domain(sender)}>"


def thread_id(evidence: Mapping[str, Any], *, sender: str) -> str:
    """What all mails about one narrative refer to, so that mail programs keep them together; no mail has it
    as its own.
    """
    narrative = evidence["narrative"]
    born = f"{narrative['narrative_id']} {narrative['first_seen_at']}"
    digest = blake2b(born.encode(), digest_size=8).hexdigest()
    return f"<narrative-{narrative['narrative_id']}.{digest}@{mail_domain(sender)}>"


def chat_name(url: str) -> str:
    """What a delivery calls an Apprise address, which holds a secret: its service and a digest,
    `tgram:3f2a...`.
    """
    service = url.partition(":")[0]
    digest = blake2b(url.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
    return f"{header_text(service, 20)}:{digest}"
