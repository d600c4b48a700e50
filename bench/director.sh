#!/bin/bash
# npm run bench:director [-- [-r ROUNDS] SERVERS...]: vrrpd beside keepalived as directors of 1,000, 5,000 and 10,000 real
# servers, or of so many as are named, on a booted kernel with IPVS (User Mode Linux: everything is several times slower
# there than on the machine itself, so look at the ratios). About six minutes for each number; for a quiet machine.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
rounds=1
while getopts r: option; do
  case $option in
    r) rounds=$OPTARG ;;
    *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || set -- 1000 5000 10000
bash tools/setup.sh test
bash test/support/uml/boot.sh -m 2G -t $((rounds * 900 * $#)) -k 'veth ipv6 ip_vs ip_vs_rr' -- \
  bash bench/director.guest.sh "$rounds" "$@"
