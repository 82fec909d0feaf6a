"""The sample world: invented outlets in invented countries, and what they publish over ten weeks.

Everything in this package is invented. It exists so that tests, the README, the demo and benchmarks can show
the whole product at work, on a machine without internet, against a truth that is known.

    world.toml, phrases.toml, texts/  ->  generate.py  ->  World  ->  truth.json (committed)
                                                             |
                       site.py (pure) <- server.py (HTTP)  <-+   published as the virtual clock passes
    demo.py: clock -> crawl, clean, ... detect, alert, report -> score.py (against the truth)
"""
