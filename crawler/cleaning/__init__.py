"""From archived bytes to an article: text, title, authors, date with its provenance, language - or a named
reason why not."""
