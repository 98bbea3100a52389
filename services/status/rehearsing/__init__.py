"""Rehearsing: what a move or a merge would change in the views, worked out and never written."""
