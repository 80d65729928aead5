"""What cannot be generated from one colour for the other: tasks, threads, locks."""
