"""A process of its own that speaks Ollama's API over a small model, for a machine that has no Ollama."""
