"""From a documentation page to documented.json, and from there to JSON Schemas and an OpenAPI description.

The steps, one module each: ``page`` (markdown to sections with line numbers), ``documented`` (sections to operations),
``observed`` (the facts that no page states), ``schemas`` and ``openapi`` (what is written), ``run`` (the files).
"""
