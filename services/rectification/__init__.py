"""Owns the ledger of problems, filed plans, programmes, petitions, help, and the urging ladder."""
