"""The site's settings as the tests run them: their own data folder, no .env, no server of the machine's."""

import os
import tempfile

for name in [name for name in os.environ if name.startswith(("PORTAL_", "OLLAMA_", "DATABASE_", "REDIS_")) and name != "PORTAL_TEST_STRICT"]:
    del os.environ[name]
_DATA = tempfile.TemporaryDirectory(prefix="portal-tests-")
os.environ["PORTAL_DATA"] = _DATA.name
os.environ["PYTHON_DOTENV_DISABLED"] = "1"

from portal.settings import *  # noqa: E402, F403
