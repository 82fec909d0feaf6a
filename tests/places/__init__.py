"""Tests of countries, places and names in articles."""
