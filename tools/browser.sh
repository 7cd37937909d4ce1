#!/usr/bin/env bash
# The browser that the tests drive, and a font with Chinese: Debian's packages.
set -euo pipefail
missing=()
command -v chromium >/dev/null || missing+=(chromium)
if ! command -v fc-list >/dev/null || [ -z "$(fc-list :lang=zh family 2>/dev/null | head -n 1)" ]; then
    missing+=(fontconfig fonts-noto-cjk)
fi
[ ${#missing[@]} = 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "browser: installing ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
else
    echo "browser: missing. As root: apt-get install ${missing[*]}" >&2
    exit 1
fi
