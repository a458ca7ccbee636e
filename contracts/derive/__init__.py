"""From a documentation page to documented.json, and from there to JSON Schemas and an OpenAPI description.

`page` reads a page: `blocks` (lines to blocks), `sections` (blocks to parts and segments), `operation` with `tables`
and `samples` (what an operation takes and answers), `documented` (all of it as data). `observed` has the facts that no
page states, `contract` brings both together and writes schemas and OpenAPI, `new_release` starts a release, `command`
writes the files. No form of a page is refused: what is in doubt is one of the `findings`.
"""
