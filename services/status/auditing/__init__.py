"""Auditing: do stores, topics and views say the same, and was nothing altered?"""
