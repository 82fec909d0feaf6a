"""The weekly report: one digest as HTML in one file, as Markdown and as JSON."""
