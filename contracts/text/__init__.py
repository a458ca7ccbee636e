"""Leaves that know nothing of Zadig: strict JSON, printable text, tables, masks, URLs, tokens."""
