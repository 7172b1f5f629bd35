"""Runs: a request on its way to Ollama, its ordered log, and whoever watches it."""
