"""The async colour of in-process calls."""
