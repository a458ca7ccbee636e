"""The suite against every breakage and every benign change: how much of it is detected."""
