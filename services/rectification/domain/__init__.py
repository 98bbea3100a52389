"""The rules of rectification: pure, one aggregate a page."""
