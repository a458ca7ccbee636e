"""report.html: its model, its page, its templates."""
