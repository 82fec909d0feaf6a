"""Tables of who may do what on the dashboard, and of what was changed there. Part of `storage.schema`."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import child as _child
from storage.columns import json_text as _json
from storage.columns import key as _key
from storage.columns import metadata as metadata
from storage.columns import moment as _time
from storage.columns import text as _text
from storage.columns import yes as _yes

accounts = sa.Table(
    "accounts", metadata, _key("name"), _text("role"), _text("password_hash"), _time("created_at"),
    _yes("disabled"),
)  # fmt: skip

# Keys are fingerprints: whoever reads the table can neither take a session over nor use a token.
sign_ins = sa.Table(
    "sign_ins", metadata, _key("sign_in_id"), _child("name", "accounts.name"), _time("created_at"),
    _time("seen_at"), sa.Index(None, "name"),
)  # fmt: skip

api_tokens = sa.Table(
    "api_tokens", metadata, _key("token_id"), _child("name", "accounts.name"), _text("title"), _text("scope"),
    _time("created_at"), _time("ends_at"), sa.Index(None, "name"),
)  # fmt: skip

# No foreign key: what was done stays known after its account is gone.
audit_trail = sa.Table(
    "audit_trail", metadata, _key("entry_id"), _time("at"), _text("actor"), _text("what"), _text("subject"),
    _json("before"), _json("after"), sa.Index(None, "at", "entry_id"),
)  # fmt: skip
