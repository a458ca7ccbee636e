"""Leaves that know nothing of Zadig: strict JSON and TOML, printable text, tables, masks, whole files, URLs, tokens."""
