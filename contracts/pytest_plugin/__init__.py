"""The only folder that imports pytest: options, collection, fixtures, masking."""
