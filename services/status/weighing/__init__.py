"""Views weighed against others: another day, what was known at another instant, other rules."""
