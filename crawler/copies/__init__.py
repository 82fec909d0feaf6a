"""Which articles are one text: exact copies, near copies and excerpts. (Translations join later, from the
vectors.)

shingles.py   a text as a set of overlapping character runs
links.py      which pairs of texts are copies: a property of the pair alone
grouping.py   groups of linked texts, the original, each member's relation
wires.py      the agency that a text credits
stage.py      new articles against the days around them
texts.py      bare texts, without a store: for measuring
"""
