"""From a documentation page to documented.json, and from there to JSON Schemas and an OpenAPI description.

The steps: ``scan`` (lines to blocks), ``page`` (blocks to parts and sections), ``segments``, ``roles`` and
``operation`` (what belongs to which operation, and what it says), ``documented`` (all of a page as data), ``observed``
(the facts that no page states), ``schemas`` and ``openapi`` (what is written), ``run`` (the files). No form of a page
is refused: what is in doubt is one of the ``findings``.
"""
