"""Narratives: what is claimed, over months, in any language.

    daily    new passages -> nearest.place -> known narratives; what fits nowhere waits
    weekly   window -> text units -> topics.cluster (BERTopic around linking.grouped) -> lineage.decide
             -> registry -> labels, themes

`topics` is the only module that knows BERTopic; a number is given by `lineage`, never by a clustering.
`linking`, `units`, `nearest`, `lineage`, `labels` and `templates` are pure: records and arrays in,
records and arrays out. `stage` and `refit` read and write.
"""
