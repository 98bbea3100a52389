"""Scenario nmg-2014: what a newspaper reported on 4 March 2014, and what had to be made up around it."""
