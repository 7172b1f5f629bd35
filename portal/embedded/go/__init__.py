"""JSON and templates as Go reads and writes them, since that is what Ollama's clients are used to."""
