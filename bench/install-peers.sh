#!/usr/bin/env bash
# Installs what the benchmarks compare with: Debian's numpy and PyTorch. Needs root.
set -euo pipefail
apt-get update -qq
apt-get install -y --no-install-recommends python3-numpy libopenblas0-pthread python3-torch
