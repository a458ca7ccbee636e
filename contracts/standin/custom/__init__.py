"""The calls on custom workflows, as the releases from 2.3 to 5.0 answer them."""
