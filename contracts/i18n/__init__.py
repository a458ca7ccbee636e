"""The two languages of the suite: English, which stands in the code, and Chinese, which stands in one catalogue here.

`zh/LC_MESSAGES/contracts.po` has what the code says, by its English; `page.toml` the texts of report.html by name, as
that page shows both languages at once and its script asks for texts by their names.
"""
