"""Workbooks that others made, read in a process of their own: its end is one more answer.

The library is written in Rust.  Where memory does not suffice for what a workbook claims to hold,
it ends the whole process, and nothing in Python can hinder it.
"""
