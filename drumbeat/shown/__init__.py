"""What report, mail and web show alike: names, words, charts, and what is safe to show."""
