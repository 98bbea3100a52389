"""Supervision: teams and instructors, their duties and findings, liaison points, publicity."""
