#!/usr/bin/env bash
# Makes the pictures of the README from the running product with its demo.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export MOTCUA_SCREENSHOTS=${1:-$PWD/docs/pictures}
mkdir -p "$MOTCUA_SCREENSHOTS"
cargo test --package motcua --test browser -- --test-threads=1 pictures_for_the_readme
