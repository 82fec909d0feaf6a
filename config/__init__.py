"""What the product is told - settings, sources, watchlist, schedule, checked when they are read - and the
clock.

load.py: files and environment -> settings.py, sources.py, watchlist.py, schedule.py -> workspace.py
init.py writes a commented workspace from the models; add.py adds an outlet; show.py says where each value
came from
data/sources holds the outlets that are shipped, a file a country; docs/directory.md says what its rows mean
"""
