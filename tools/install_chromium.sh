#!/usr/bin/env bash
# Installs Debian's Chromium for the tests of the page, unless it is there or CHROMIUM names another.
set -euo pipefail
if [[ -z "${CHROMIUM:-}" && ! -x /usr/bin/chromium ]]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
fi
