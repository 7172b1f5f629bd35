#!/usr/bin/env python3
"""The command line of the portal; `python manage.py serve` is the server."""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an older Python must be told so, not shown a traceback
    sys.exit("The portal needs Python 3.11 or newer; this is Python " + sys.version.split()[0] + ". "
             "Install a newer one and run `make run PYTHON=python3.11`.")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    try:
        from django.core.management import execute_from_command_line
    except ModuleNotFoundError as missing:
        sys.exit(
            f"The package {missing.name} is not installed here. `make run` installs everything into .venv; "
            "or run `.venv/bin/python manage.py`."
        )
    from django.core.exceptions import ImproperlyConfigured

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
