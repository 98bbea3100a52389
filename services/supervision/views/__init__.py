"""Inline read models of supervision and their queries."""
