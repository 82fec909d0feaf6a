"""Narratives: words, clusters, identity, stages."""
