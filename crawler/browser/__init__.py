"""Pages drawn by a script, rendered in a browser (extra `browser`), for outlets that the directory allows it.

raw response, through the gates --> archived --> has text? --yes--> as it is
                                                    no
Chromium <-- that very response (nothing is asked a second time)
   scripts, data ... --> route.py: kind, robots.txt --> proxy.py: addresses --> the net
   DOM --> archived beside the raw response, as a `conversion` of it
"""
