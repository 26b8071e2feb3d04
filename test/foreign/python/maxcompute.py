"""`maxcompute.py scenario <variant>...`, where a variant is `v2` or `v4`, see ../README.md."""

import sys

from maxcompute_client import say_client
from maxcompute_scenario import Scenario

say_client()
for variant in sys.argv[2:]:
    Scenario(variant).run()
