"""Every call of the API as a pure function from arguments to an `Operation`."""
