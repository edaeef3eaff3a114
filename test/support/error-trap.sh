# For BASH_ENV: the shell names each command that fails, and goes on. Programs that it starts don't read this again.
unset BASH_ENV
set -uo pipefail
trap 'printf "FAILED %s: %s\n" "$BASH_COMMAND" "$?" >&2' ERR
