"""The inline read models of rectification and their queries."""
