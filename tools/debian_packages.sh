# shellcheck shell=bash
# Debian packages that are missing, installed. To be sourced; `say` tells the user.

# missing_packages PACKAGE…: those that dpkg does not know as installed.
missing_packages() {
  local installed
  installed=$(dpkg-query -W -f '${binary:Package} ${Status}\n' "$@" \
    2>/dev/null | sed -n 's/^\([^: ]*\).* install ok installed$/\1/p' |
    sort -u || true)
  comm -23 <(printf '%s\n' "$@" | sort -u) <(echo "$installed")
}

# install_packages PACKAGE…: as root, or by sudo; else says what to type.
install_packages() {
  local as_root=() log
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
      say "as root, run: apt-get update && apt-get install -y" \
        "--no-install-recommends $*"
      exit 1
    fi
    as_root=(sudo)
  fi
  say "installing $*"
  log=$(mktemp)
  if ! { "${as_root[@]}" apt-get update -qq &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y \
      -qq --no-install-recommends "$@"; } >"$log" 2>&1; then
    say "apt-get failed: $(grep -m1 '^E:' "$log" || tail -n1 "$log"); log: $log"
    exit 1
  fi
  rm -f "$log"
}
