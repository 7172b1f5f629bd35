"""What clients see: the endpoints of Ollama's own API, of OpenAI's and of Anthropic's."""
