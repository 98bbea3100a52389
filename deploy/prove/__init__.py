"""Proofs: a part of a league's history that an outsider can check without us."""
