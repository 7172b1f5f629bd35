"""The far end: what Ollama's API offers, how to reach it, and how it answers."""
