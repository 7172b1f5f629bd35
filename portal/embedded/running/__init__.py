"""The loaded model, and what is asked of it."""
