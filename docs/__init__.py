"""The documents, and what makes the pictures in them."""
