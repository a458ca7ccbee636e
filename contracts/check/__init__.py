"""An exchange against its expected answer: breaches; what a target holds before and after; the effects of a request."""
