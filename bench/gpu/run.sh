#!/bin/sh
# Measures overtrain on the NVIDIA GPU of this machine, without a network: see bench/README.md. Nothing outside this folder is
# written but the results, in the current one.
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
node=$here/../../node
[ -x "$node" ] || node=node
exec "$node" "$here/start.mjs" "$@"
