"""Inline read models, written in the transaction of the events they show, and their queries."""
