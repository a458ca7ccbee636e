"""From data to contract: answers and bodies unified, JSON Schemas, OpenAPI, the difference of two contracts."""
