"""What every handler needs: the library of models, and a way from a request to the use of the loaded one."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from portal.embedded.errors import RequestError
from portal.embedded.models.library import CAPABILITIES, BrokenManifestError, Library, Model, NoSuchModelError
from portal.embedded.models.names import BadNameError, Name, NameRequiredError, TwoSourcesError, parse_reference
from portal.embedded.running.llama import Llama
from portal.embedded.running.options import OptionError, Options
from portal.embedded.running.residence import Residence

# The release of Ollama whose API is followed, and nothing more: clients compare it as three numbers.
VERSION = "0.33.0"
CLOUD_DISABLED = "ollama cloud is disabled: remote model is unavailable"


@dataclass(frozen=True)
class Engine:
    library: Library
    residence: Residence

    def local_name(self, text: str, *, if_missing: RequestError) -> Name:
        """The model name of a request, spelled as the store has it. There is no cloud behind this engine."""
        try:
            reference = parse_reference(text)
        except NameRequiredError:
            raise if_missing from None
        except TwoSourcesError as error:
            raise RequestError(400, str(error)) from None
        except BadNameError:
            raise RequestError(400, "invalid model name") from None
        if reference.cloud:
            raise RequestError(403, CLOUD_DISABLED)
        return self.library.resolve(reference.name)

    def model(self, name: Name, not_found: str) -> Model:
        """The model of that name, or a 404 with the given sentence."""
        try:
            return self.library.find(name)
        except NoSuchModelError:
            raise RequestError(404, not_found) from None
        except BrokenManifestError as error:
            raise RequestError(500, str(error)) from None

    @asynccontextmanager
    async def loaded(self, model: Model, request: Mapping[str, Any]) -> AsyncIterator["Loaded"]:
        """The model in memory with the request's options, for as long as the block lasts."""
        begun = time.monotonic_ns()
        try:
            options = Options().updated(model.recipe.parameters).updated(request.get("options") or {})
        except OptionError as error:
            raise RequestError(500, str(error)) from None
        longest = self.library.weights.header.of_architecture("context_length")
        use = self.residence.use(
            model, context=min(options.num_ctx, longest), threads=options.num_thread, stay=request.get("keep_alive")
        )
        async with use as llama:
            yield Loaded(llama, options, begun, time.monotonic_ns() - begun)


@dataclass(frozen=True)
class Loaded:
    """The model in memory for one request. `begun` is the monotonic ns of its start, `load_duration` in ns."""

    llama: Llama
    options: Options
    begun: int
    load_duration: int

    def elapsed(self) -> int:
        return time.monotonic_ns() - self.begun


def require(model: Model, *wanted: str) -> None:
    """Refuses what the model cannot do, in Ollama's words."""
    missing = [capability for capability in wanted if capability not in CAPABILITIES]
    if missing:
        raise RequestError(400, f"{model.name} does not support {chr(10).join(missing)}")
