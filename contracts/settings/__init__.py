"""Every setting, its default and its check, and the tables of them in docs/."""
