"""The one error that a client of the engine is told about; what cannot be done is raised as it or as a kind of it."""


class RequestError(Exception):
    """A request that is not carried out: the HTTP status and the sentence, both as Ollama has them."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
