"""One case: given, request, waiting, flows, concurrent scenarios, the outcome, how to reproduce it, clean-up."""
