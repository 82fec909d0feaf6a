"""Tests of spikes."""
