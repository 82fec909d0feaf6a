"""What it means: passages, vectors, narratives, counts, spikes, and the digest that people read.

    people   digest/          a period as records, for report, mail and dashboard
    stages   spikes/          counts -> what stands out, and what else could explain it
             counts/          narrative x source x day, against what was seen of each source
             narratives/      vectors -> what is claimed, events, themes
             watch/           vectors -> what analysts watch for
             translations/    vectors -> probable translations join their copy group
             embedding/       passages -> vectors, with the bias of each language removed
             text/            articles -> sentences -> passages
    ground   tellings.py      which articles tell which narrative, and which texts are new
             arrays.py        one formula each: unit rows, likeness, average link, closeness

Nothing here fetches or sends.
"""
