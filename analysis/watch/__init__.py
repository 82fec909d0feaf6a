"""The watchlist: which passages say what an analyst's statement says, in whatever language.

    statement x passage --cosine--> z per (statement, language) --threshold--> near --scope, entities--> hits
    hit --best sentence--> stance

`scores`, `guard` and `stance` are pure: texts and arrays in, decisions out. `statements` prepares the
watchlist, `stage` reads and writes.
"""
