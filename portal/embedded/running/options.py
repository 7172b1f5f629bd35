"""The options of a request or a model: their names, types and defaults as Ollama has them, and llama.cpp's names."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any


class OptionError(ValueError):
    """An option has a value of the wrong type; the message is Ollama's."""


@dataclass(frozen=True)
class Options:
    """What may be set for a generation. `num_ctx` and `num_thread` belong to the loaded model: 0 leaves them be."""

    num_keep: int = 4
    seed: int = -1
    num_predict: int = -1
    top_k: int = 40
    top_p: float = 0.9
    min_p: float = 0.0
    typical_p: float = 1.0
    repeat_last_n: int = 64
    temperature: float = 0.8
    repeat_penalty: float = 1.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    stop: tuple[str, ...] = ()
    num_ctx: int = 0
    num_thread: int = 0
    # Ollama's options for hardware that is not used here: accepted, and of no effect.
    num_batch: int = 512
    num_gpu: int = -1
    main_gpu: int = 0
    use_mmap: bool = True
    draft_num_predict: int = 0

    def updated(self, given: Mapping[str, Any]) -> "Options":
        """These options with those of a mapping in their place; names nobody knows are ignored, as Ollama does."""
        known = {name: _checked(name, value) for name, value in given.items() if name in TYPES and value is not None}
        return replace(self, **known)

    def for_llama(self) -> dict[str, Any]:
        """The sampling fields of a llama.cpp completion request."""
        sampling = {name: getattr(self, name) for name in SAMPLING}
        # Evaluating a prompt from the cache rounds differently: an answer that is to be repeated starts afresh.
        repeatable = self.seed >= 0 or self.temperature == 0
        return {**sampling, "n_keep": self.num_keep, "stop": list(self.stop), "cache_prompt": not repeatable}


TYPES = {entry.name: type(entry.default) for entry in fields(Options)}
SAMPLING = (
    "seed", "top_k", "top_p", "min_p", "typical_p", "repeat_last_n", "temperature", "repeat_penalty",
    "presence_penalty", "frequency_penalty",
)


def _checked(name: str, value: Any) -> Any:
    kind = TYPES[name]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind is int and number:
        return max(-(2**31), min(int(value), 2**31 - 1))
    if kind is float and number:
        return float(value)
    if kind is bool and isinstance(value, bool):
        return value
    if kind is tuple and isinstance(value, list):
        if not all(isinstance(item, str) for item in value):
            raise OptionError(f'option "{name}" must be of an array of strings')
        return tuple(value)
    wanted = {int: "integer", float: "float32", bool: "boolean", tuple: "array"}[kind]
    raise OptionError(f'option "{name}" must be of type {wanted}')
