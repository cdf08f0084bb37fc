#!/usr/bin/env python
"""Django's commands, and the portal's own: `services`, `demo`, `load_reference`, `load_demo`, `export`, ..."""

import os
import sys

from django.core.management import execute_from_command_line

from district_portal import embedded


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "district_portal.settings")
    # The limit on statements guards the web; migrations, loading and exports may take as long as they need.
    os.environ.setdefault("STATEMENT_TIMEOUT_MS", "0")
    command = sys.argv[1:2]
    if command == ["demo"]:
        os.environ["DEMO"] = "1"
        os.environ.setdefault("PORTAL_URL", f"http://127.0.0.1:{os.environ.get('PORT') or '8000'}")
    configured = "SECRET_KEY" in os.environ or (embedded.BASE_DIR / ".env").exists()
    if not configured and (command == ["services"] or (embedded.var_dir() / "demonstration").exists()):
        # Where the demonstration lives, commands work on it; starting its servers needs no secret.
        os.environ.setdefault("DEMO", "1")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
