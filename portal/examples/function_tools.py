"""The tool that ollama-python makes of a Python function handed over as one.

Source: ollama-python 0.6 `_utils.py`, `convert_function_to_tool`.
"""

from __future__ import annotations

import ast
import inspect
import re

from portal.examples.code_values import Scope
from portal.examples.pydantic_schema import type_schema
from portal.examples.python_values import Function
from portal.examples.unknowns import Unknown

# What the library's own web functions say of themselves; they are often handed over as tools.
_WEB_TOOLS = {
    "web_search": '''def web_search(query: str, max_results: int = 3):
    """
    Performs a web search

    Args:
      query: The query to search for
      max_results: The maximum number of results to return (default: 3)

    Returns:
      WebSearchResponse with the search results
    Raises:
      ValueError: If OLLAMA_API_KEY environment variable is not set
    """
''',
    "web_fetch": '''def web_fetch(url: str):
    """
    Fetches the content of a web page for the provided URL.

    Args:
      url: The URL to fetch

    Returns:
      WebFetchResponse with the fetched result
    """
''',
}


def make_web_tool(name: str) -> object:
    """The tool made of `ollama.web_search` or `ollama.web_fetch`; an unknown for any other function of a library."""
    if name not in _WEB_TOOLS:
        return Unknown(name, "computed")
    node = ast.parse(_WEB_TOOLS[name]).body[0]
    assert isinstance(node, ast.FunctionDef)
    return make_tool(Function(node, Scope()))


def make_tool(function: Function) -> object:
    """The tool made of a function of the block: its name, what its docstring says, its parameters."""
    node = function.node
    if isinstance(node, ast.Lambda):
        return Unknown("lambda", "computed")
    docstring = ast.get_docstring(node)
    described = _read_docstring(docstring)
    parameters = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    if function.owner is not None:
        parameters = parameters[1:]
    properties: dict[str, object] = {}
    required: list[str] = []
    for parameter in parameters:
        types = _find_types(function, parameter.annotation)
        if "null" not in types:
            required.append(parameter.arg)
        shown = [name for name in types if name != "null"]
        properties[parameter.arg] = {"description": described.get(parameter.arg, ""), "type": ", ".join(shown)}
    made: dict[str, object] = {"type": "object", "properties": properties}
    if parameters:
        made["required"] = required
    description = inspect.cleandoc(described.get("", ""))
    return {"type": "function", "function": {"name": node.name, "description": description, "parameters": made}}


def _find_types(function: Function, annotation: ast.expr | None) -> list[str]:
    schema = type_schema(annotation, function.scope)
    parts = schema.get("anyOf")
    variants = parts if isinstance(parts, list) else [schema]
    types = [variant.get("type", "string") for variant in variants]
    return list(dict.fromkeys(map(str, types)))


def _read_docstring(docstring: str | None) -> dict[str, str]:
    """Tell a Google-style docstring apart: the description under "", each argument under its name."""
    sections: dict[str, list[str]] = {}
    section = ""
    for line in (docstring or "").splitlines():
        lowered = line.lower().strip()
        if lowered.startswith("args:"):
            section = "args"
        elif lowered.startswith(("returns:", "yields:", "raises:")):
            section = "_"
        else:
            sections.setdefault(section, []).append(line.strip())
    described = {"": "".join(f"{line}\n" for line in sections.get("", []))}
    described.update(_read_arguments(sections.get("args", [])))
    return described


def _read_arguments(lines: list[str]) -> dict[str, str]:
    described: dict[str, str] = {}
    last = None
    for line in lines:
        if ":" in line:
            parts = re.split(r"(?:\(([^)]*)\)|:)\s*", line, maxsplit=1)  # as the library splits it
            last = parts[0].strip()
            text = parts[-1].strip()
            described[last] = text.split(":", 1)[-1].strip() if len(parts) > 2 and parts[1] else text
        elif last and line:
            described[last] += " " + line
    return described
