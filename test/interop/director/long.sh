#!/bin/bash
# npm run test:director: the stories of virtual servers for which there is no room in each test run, on two kernels that
# are booted one after the other. The exit code is 1 when one of them is not as it should be.
set -u
cd "$(dirname "$0")/../../.."
code=0
for stories in long further; do
  bash test/support/uml/boot.sh -t 1200 -k 'veth ipv6 ipip ip_vs ip_vs_rr ip_vs_mh' -- \
    bash "test/interop/director/$stories.guest.sh" || code=1
done
exit $code
