"""Explaining: which units and things a figure is the sum of, and which event is behind each."""
