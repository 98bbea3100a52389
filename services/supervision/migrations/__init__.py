"""Migrations of the supervision service, run in order of their names."""
