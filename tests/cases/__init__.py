"""Inputs that crawlers and monitors get wrong, played through the product: `python -m tests cases`.

A folder of cases holds `cases.jsonl`, a row a case with `id`, `door`, the input or the name of its file, and
what is right; `main.py` says how each door is opened. `own/` is the folder of this house; each
row says what is expected (`expect`).
"""
