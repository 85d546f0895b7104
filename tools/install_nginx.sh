#!/usr/bin/env bash
# Installs Debian's nginx for the demo of a fleet, unless it is there, without starting its service.
set -euo pipefail
if ! PATH="$PATH:/usr/sbin" command -v nginx >/dev/null; then
  apt-get update -qq
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx-light >/dev/null
fi
