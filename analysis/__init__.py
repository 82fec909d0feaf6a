"""What it means: passages, vectors, narratives, counts, spikes, and the digest that people read.

    stages   embedding/ <- passages.py <- sentences.py                articles -> passages -> vectors
             translations.py <- alignment.py, translation_groups.py   vectors -> probable translations join their copy group
             narratives/, watch/                                      vectors -> what is claimed, and what analysts watch for
             events.py, themes.py                                     beside narratives: what happened, and what narratives belong to
             counting.py <- source_health.py                          narrative x source x day, against each source's own output
             spikes/                                                  counts -> what stands out, and what else could explain it
    people   digest/                                                  a period as records, for report, mail and dashboard

`vectors.py` subtracts each language's mean, so that languages meet; `plain.py` makes JSON. Nothing here fetches or sends.
"""
