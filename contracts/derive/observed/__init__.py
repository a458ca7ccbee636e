"""Reads what is written by hand beside a page: observed facts, and facts with the cases that test them."""
