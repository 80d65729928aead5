"""The cache; the sync one is generated from the async one."""
