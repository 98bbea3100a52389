"""The lives of supervision, one a page, pure."""
