"""What a new release starts from: a proposal of its rows, to be reviewed."""
