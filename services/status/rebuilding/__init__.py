"""Rebuilding: the views folded anew beside the present ones, and put in their place at once."""
