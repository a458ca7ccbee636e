"""Every setting, its default and its check, and the table of them in the READMEs."""
