"""Tests of counting and the health of sources."""
