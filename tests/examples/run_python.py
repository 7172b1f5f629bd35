"""Runs blocks of Python for real, one page after another, in a process of their own.

Reads pages (lists of blocks) as JSON from standard input; before each it sends `GET /next-page` to the recorder, so
that what arrives can be told apart. What a block raises ends its page, as for a reader, and goes to standard error.
"""

from __future__ import annotations

import ast
import asyncio
import functools
import inspect
import json
import os
import sys
import traceback
import urllib.request
import warnings

import aiohttp

aiohttp.ClientSession = functools.partial(aiohttp.ClientSession, trust_env=True)  # else it would not use the proxy
warnings.simplefilter("ignore")


def main() -> None:
    for number, blocks in enumerate(json.load(sys.stdin)):
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(os.environ["RECORDER"] + "/next-page").read()
        names: dict[str, object] = {"__name__": "__main__"}
        try:
            for index, block in enumerate(blocks):
                path = f"page{number}-block{index}.py"
                code = compile(block, path, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
                result = eval(code, names)
                if inspect.iscoroutine(result):
                    asyncio.run(result)
        except Exception:
            traceback.print_exc()


main()
