"""Starts the embedded engine: `python -m portal.embedded --store DIR [--port N] [--exit-with-parent]`."""

import argparse
import asyncio
import logging
import os
import sys
from pathlib import Path

from portal.embedded.models.gguf import GGUFError
from portal.embedded.models.weights import INSTALL, NotInstalledError, find_weights

MISSING, UNUSABLE = 3, 4


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m portal.embedded", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--store", type=Path, required=True, help="folder for the models that are made or copied")
    parser.add_argument("--parallel", type=int, default=2, help="answers generated at the same time (default 2)")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; 0 takes those that are there")
    parser.add_argument("--preload", action="store_true", help="load the model at once, not with the first request")
    parser.add_argument("--exit-with-parent", action="store_true", help="stop when standard input ends")
    return parser.parse_args()


def main() -> int:
    arguments = read_arguments()
    logging.basicConfig(level=logging.WARNING, format="embedded engine: %(message)s")
    # Read when llama.cpp is loaded: threads that wait are to sleep, not to spin on a CPU that somebody else needs.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        weights = find_weights(arguments.store)
        from portal.embedded.serving import serve
    except (NotInstalledError, GGUFError) as error:
        return give_up(str(error))
    except OSError as error:
        sys.stderr.write(f"The embedded engine cannot use its store {arguments.store}: {error.strerror}.\n")
        return UNUSABLE
    except ImportError as error:
        return give_up(
            f"The embedded engine cannot run: {error}. Install it with `{INSTALL}`, "
            "or set OLLAMA_HOST to a running Ollama."
        )
    return asyncio.run(serve(weights, arguments))


def give_up(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return MISSING


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    # llama.cpp's threads may still be in a computation; nothing is left that waits for them.
    os._exit(status)
