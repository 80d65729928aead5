"""Thread streams, in the async colour."""
