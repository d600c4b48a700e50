#!/bin/bash
# Runs as root on a kernel with IPVS that is booted for it: keepalived and vrrpd with the same files, all stories of a
# moment at once, and what is then in the kernel, was run, told and logged. Says for each story `ok NAME` or `FAIL NAME:
# what was wrong`; the test beside it reads that. DAEMON says who is beside keepalived: vrrpd, or keepalived once more
# to see that the stories do not waver.
set -u
DAEMON=${DAEMON:-vrrpd}
# shellcheck source=stage.sh
source test/interop/director/stage.sh
open_stage

for story in 18 19 27 50 51 52; do make_pair $story; done
make_pair 16 '4 2'
make_pair 17 '3 1'

# --- The first life: what is served, what fails, what a reload changes

kinds() {
  cat <<C
virtual_server 10.8.0.1 80 {
  protocol TCP
  real_server 10.9.1.1 80 {
  }
  real_server 10.9.1.2 8080 {
    weight 0
  }
}
virtual_server 10.8.0.2 443 {
  lb_algo rr
  lb_kind DR
  protocol TCP
  real_server 10.9.2.1 80 {
    weight 7
  }
  real_server 10.9.2.2 443 {
    lvs_method NAT
  }
}
virtual_server 10.8.0.3 80 {
  lb_algo wrr
  lb_kind TUN
  protocol TCP
  real_server 10.9.3.1 80 {
  }
  real_server 10.9.3.2 80 {
    lvs_method TUN type gue port 6080 csum
  }
  real_server 10.9.3.3 80 {
    lvs_method TUN type gre csum
  }
}
virtual_server fwmark 4 {
  lb_algo rr
  lb_kind DR
  protocol TCP
  real_server 10.9.4.1 80 {
    weight 2
  }
}
virtual_server_group G5 {
  10.8.5.1-3 80
  10.8.0.5 8080
  fwmark 5
}
virtual_server group G5 {
  lb_algo lc
  lb_kind NAT
  protocol TCP
  real_server 10.9.5.1 80 {
  }
  real_server 10.9.5.2 80 {
    weight 3
  }
}
virtual_server fd00:8::6 80 {
  lb_algo sed
  lb_kind NAT
  protocol TCP
  persistence_timeout 60
  persistence_granularity 64
  $every_second
  real_server fd00:9::6:1 80 {
    weight 4
    $tcp
  }
  real_server fd00:9::6:2 80 {
    $tcp
  }
}
virtual_server 10.8.0.7 80 {
  lb_algo wlc
  protocol TCP
  persistence_timeout 120
  persistence_granularity 255.255.255.0
  real_server 10.9.7.1 80 {
  }
}
virtual_server 10.8.0.7 {
  lb_algo wlc
  lb_kind DR
  protocol TCP
  persistence_timeout
  real_server 10.9.7.2 {
  }
}
virtual_server 10.8.0.7 5060 {
  lb_algo rr
  protocol UDP
  persistence_timeout 30
  persistence_engine sip
  real_server 10.9.7.3 5060 {
  }
}
virtual_server 10.8.0.8 80 {
  lb_algo sh
  sh-port
  sh-fallback
  protocol TCP
  real_server 10.9.8.1 80 {
  }
}
virtual_server 10.8.0.8 81 {
  lb_algo mh
  mh-port
  protocol TCP
  real_server 10.9.8.2 81 {
  }
}
virtual_server 10.8.0.8 53 {
  lb_algo rr
  ops
  protocol UDP
  real_server 10.9.8.3 53 {
  }
}
virtual_server 10.8.0.8 3868 {
  lb_algo nq
  protocol SCTP
  real_server 10.9.8.4 3868 {
  }
}
virtual_server 10.8.0.9 80 {
  lb_algo rr
  protocol TCP
  real_server 10.9.9.1 80 {
    uthreshold 20
    lthreshold 10
  }
  real_server 10.9.9.2 80 {
    uthreshold 5
  }
}
virtual_server 10.8.0.10 80 {
  lb_algo twos
  protocol TCP
  real_server 10.9.10.1 80 {
  }
}
virtual_server 10.8.0.10 81 {
  lb_algo rr
  protocol TCP
  real_server 10.9.10.2 81 {
    uthreshold 5
    lthreshold 10
  }
  real_server 10.9.10.3 81 {
  }
}
virtual_server 10.8.0.11 80 {
  lb_algo rr
  lb_kind DR
  protocol TCP
  $every_second
  real_server 10.9.11.1 80 {
    $tcp
  }
}
virtual_server 10.8.0.11 80 {
  lb_algo rr
  lb_kind TUN
  protocol TCP
  $every_second
  real_server 10.9.11.2 80 {
    $tcp
  }
}
virtual_server 10.8.0.12 80 {
  lb_algo rr
  protocol TCP
  delay_loop 1
  connect_timeout 3000
  real_server 10.10.12.1 80 {
    TCP_CHECK {
    }
  }
  real_server 10.10.12.2 80 {
    alpha
    TCP_CHECK {
    }
  }
}
C
}

failing() {
  cat <<C
virtual_server 10.8.0.13 80 {
  lb_algo rr
  protocol TCP
  $every_second
  real_server 10.9.13.1 80 {
    weight 3
    notify_up "/run/director/note 13 up one 'two words'"
    notify_down "/run/director/note 13 down one 'two words'"
    TCP_CHECK {
      connect_timeout 3
      retry 2
      delay_before_retry 1
    }
  }
  real_server 10.9.13.2 80 {
    $tcp
  }
}
virtual_server 10.8.0.14 80 {
  lb_algo rr
  protocol TCP
  virtualhost service.example
  $every_second
  real_server 10.9.14.1 80 {
    notify_up "/run/director/note 14 up"
    notify_down "/run/director/note 14 down"
    HTTP_GET {
      url {
        path /health
        status_code 200
      }
      connect_timeout 3
      retry 1
      delay_before_retry 1
    }
  }
}
virtual_server 10.8.0.29 80 {
  lb_algo rr
  protocol TCP
  $every_second
  real_server 10.9.29.1 80 {
    HTTP_GET {
      url {
        path /sum
        digest $(printf 10.9.29.1 | md5sum | cut -c 1-32)
      }
      connect_timeout 3
      retry 0
    }
  }
}
virtual_server 10.8.0.15 80 {
  lb_algo wrr
  protocol TCP
  $every_second
  real_server 10.9.15.1 80 {
    weight 5
    notify_up "/run/director/note 15 up"
    notify_down "/run/director/note 15 down"
    MISC_CHECK {
      misc_path "/run/director/judge 15"
      misc_timeout 100
      misc_dynamic
    }
  }
}
virtual_server 10.8.0.30 80 {
  lb_algo wrr
  protocol TCP
  $every_second
  real_server 10.9.30.1 80 {
    MISC_CHECK {
      misc_path "/run/director/judge 30"
      misc_timeout 100
    }
  }
}
virtual_server 10.8.0.16 80 {
  lb_algo rr
  protocol TCP
  inhibit_on_failure
  $every_second
  ${pairs[16]}
}
virtual_server 10.8.0.17 80 {
  lb_algo rr
  protocol TCP
  quorum 2
  hysteresis 1
  quorum_up "/run/director/note 17 quorum up"
  quorum_down "/run/director/note 17 quorum down"
  $every_second
  ${pairs[17]}
}
virtual_server 10.8.0.18 80 {
  lb_algo rr
  protocol TCP
  sorry_server 10.9.18.9 80
  $every_second
  ${pairs[18]}
}
virtual_server 10.8.0.19 80 {
  lb_algo rr
  lb_kind DR
  protocol TCP
  quorum 2
  quorum_up "/run/director/note 19 quorum up"
  quorum_down "/run/director/note 19 quorum down"
  sorry_server 10.9.19.9 80
  sorry_server_inhibit
  $every_second
  ${pairs[19]}
}
C
}

reloaded() { # 1|2
  file "$1" <<C
virtual_server 10.8.0.21 80 {
  lb_algo wrr
  protocol TCP
  real_server 10.9.21.1 80 {
-   weight 1
+   weight 5
  }
  real_server 10.9.21.2 80 {
    weight 2
  }
}
virtual_server 10.8.0.22 80 {
  lb_algo rr
  protocol TCP
  real_server 10.9.22.1 80 {
  }
+ real_server 10.9.22.2 80 {
+   notify_up "/run/director/note 22 up"
+ }
}
virtual_server 10.8.0.23 80 {
  lb_algo rr
  protocol TCP
  real_server 10.9.23.1 80 {
  }
- real_server 10.9.23.2 80 {
-   notify_down "/run/director/note 23 down"
- }
}
virtual_server 10.8.0.24 80 {
- lb_algo rr
- lb_kind NAT
+ lb_algo wlc
+ lb_kind DR
+ persistence_timeout 77
  protocol TCP
  real_server 10.9.24.1 80 {
  }
}
-virtual_server 10.8.0.25 80 {
- lb_algo rr
- protocol TCP
- quorum_down "/run/director/note 25 quorum down"
- real_server 10.9.25.1 80 {
-   notify_down "/run/director/note 25 down"
- }
-}
virtual_server 10.8.0.26 80 {
  lb_algo wrr
  protocol TCP
  real_server 10.9.26.1 80 {
    weight 6
  }
}
virtual_server 10.8.0.31 80 {
  lb_algo rr
  protocol TCP
  real_server 10.9.31.1 80 {
  }
}
virtual_server 10.8.0.27 80 {
  lb_algo rr
  protocol TCP
  $every_second
  ${pairs[27]}
}
+virtual_server 10.8.0.28 80 {
+ lb_algo rr
+ protocol TCP
+ quorum_up "/run/director/note 28 quorum up"
+ real_server 10.9.28.1 80 {
+   notify_up "/run/director/note 28 up"
+ }
+}
C
}

first_file() { global; kinds; failing; reloaded 1; }
second_file() { global; kinds; failing; reloaded 2; }

by_hand -A -t 10.8.0.20:80 -s rr
by_hand -a -t 10.8.0.20:80 -r 10.9.20.1:80 -m -w 9
open_servers fd00:9::6:1-80 10.9.11.{1,2}-80 10.9.{13,16,17,18,19,27}.{1,2}-80 10.9.{14,29}.1-80
judge_with 15 30
judge_with 30 0
first_file | configure
start

both 1 'table: -A -t 10.8.0.1:80 -s wlc' 'r 10.9.1.1:80 -m -w 1' 'r 10.9.1.2:8080 -m -w 0'
both 2 'r 10.9.2.1:443 -g -w 7' 'r 10.9.2.2:443 -m'
both 3 'r 10.9.3.1:80 -i' 'tun-type gue --tun-port 6080' 'tun-type gre'
both 4 '-A -f 4 -s rr' '-a -f 4 -r 10.9.4.1:0 -g -w 2'
both 5 '-a -t 10.8.5.1:80 -r 10.9.5.2:80 -m -w 3' '-A -t 10.8.5.3:80 -s lc' '-a -f 5 ' '-a -t 10.8.0.5:8080'
both 6 'TCP connection to .*success' '-A -t \[fd00:8::6\]:80 -s sed -p 60 -M 64' 'r \[fd00:9::6:1\]:80 -m -w 4' '!table: .*fd00:9::6:2' 'fifo: RS'
both 7 '-A -t 10.8.0.7:80 -s wlc -p 120 -M 255.255.255.0' '-A -t 10.8.0.7:0 -s wlc -p 360' '--pe sip'
both 8 '-s sh -b sh-fallback,sh-port' '-s mh -b mh-port' '-u 10.8.0.8:53 -s rr -o' '--sctp-service 10.8.0.8:3868'
both 9 'r 10.9.9.2:80'
# keepalived asks for a server of a service that is not there, too.
refused=('!table: .*10.8.0.10:80' 'r 10.9.10.3:81' '!table: .*10.9.10.2:81' 'fifo: VS .*10.:tcp:80 UP'
  'log: IPVS cmd IP_VS_SO_SET_ADD.1154. error: Scheduler or persistence engine not found.2. .10.8.0.10:tcp:80.'
  'log: IPVS cmd IP_VS_SO_SET_ADDDEST.1159. error: Numerical result out of range.34. .10.8.0.10:tcp:81 -> 10.9.10.2:81.')
differ 10 "${refused[@]}" -- "${refused[@]}"
united=('TCP connection to .*11.1.*success' 'TCP connection to .*11.2.*success' 'r 10.9.11.1:80 -g' 'r 10.9.11.2:80 -i')
differ 11 "${united[@]}" 'SET_ADD.1154. error: Service already exists' -- "${united[@]}" '!IPVS cmd'
both 12 'r 10.10.12.1:80 -m' '!table: .*10.10.12.2'
settle
for side in $sides; do
  thresholds=$(ip netns exec "$side-director" ipvsadm -Ln --thresholds -t 10.8.0.9:80 | awk '/10.9.9/ { print $2, $3, $4 }' | sort | tr '\n' ';')
  [ "$thresholds" = '10.9.9.1:80 20 10;10.9.9.2:80 5 0;' ] || fail 9 "$side has $thresholds"
done
done_with '1 without a word it is wlc and NAT, and weight 0 is in'
done_with '2 direct routing has the port of the service'
done_with '3 tunnels of each type'
done_with '4 a firewall mark'
done_with '5 a group with a range, a port of its own and a mark'
done_with '6 IPv6, with a server that is not there'
done_with '7 persistence, its granularity and engine'
done_with '8 flags of schedulers, one packet, SCTP'
done_with '9 thresholds'
done_with '10 what the kernel refuses is told, and the rest is served'
done_with '11 two blocks of one address are one service'
done_with '12 who was never checked is in, with alpha out'

# Whose first check is past, fails like any later one.
both 13 'check: TCP.*13.1.*success' 'check: TCP.*13.2.*success'
both 14 'check: Remote.*14.1' 'table: .*14.1'
both 29 'check: Remote.*29.1' 'table: .*29.1'
both 15 'table: .*15.1:80 -m -w 28' 'check: Misc'
both 30 'check: Misc.*succeeded'
for story in 16 17 18 19 27; do both $story "check: TCP.*$story.1.*success" "check: TCP.*$story.2.*success"; done
settle

close_servers 10.9.{13,16,17,18,19,27}.1-80
answer_with 10.9.14.1-80 503 10.9.14.1
answer_with 10.9.29.1-80 200 other
judge_with 30 2
judge_with 15 1

both 13 '!table: .*13.1' 'call: 13 .down. .one. .two words.' 'log: .*failed after 2 retries'
both 14 '!table: .*14.1:' 'call: 14 .down.' 'log: Lost'
both 29 '!table: .*29.1:' 'log: Lost'
both 30 '!table: .*30.1:' 'log: Lost'
both 15 '!table: .*15.1' 'call: 15 .down.' 'log: Lost'
both 16 'table: .*16.1:80 -m -w 0' 'table: .*16.2:80 -m -w 2' 'call: 16 .down.'
both 17 '!table: .*17.1' 'table: .*17.2' '!log: Lost'
both 18 '!table: .*18.1' '!table: .*18.9' 'table: .*18.2'
both 19 'table: .*19.9:80 -g -w 1' '!table: .*19.2' 'call: 19 .quorum. .down.'
both 27 '!table: .*27.1' 'fifo: RS .*27.1.*DOWN'
settle
for side in $sides; do
  [ "$(ask $side 10.8.0.13 80)" = 10.9.13.2 ] || fail 13 "$side: a client hears $(ask $side 10.8.0.13 80)"
done

open_servers 10.9.{13,16,19}.1-80
answer_with 10.9.14.1-80 200 10.9.14.1
answer_with 10.9.29.1-80 200 10.9.29.1
judge_with 30 0
judge_with 15 12
close_servers 10.9.{17,18}.2-80

both 13 'table: .*13.1:80 -m -w 3' 'call: 13 .up. .one. .two words.' 'fifo: RS .*13.1.*UP'
both 14 'table: .*14.1:80' 'log: Gained .*14' 'fifo: RS .*14.1.* UP'
both 29 'table: .*29.1:80' 'fifo: RS .*29.1.* UP'
both 30 'table: .*30.1:80' 'fifo: RS .*30.1.* UP'
both 15 'table: .*15.1:80 -m -w 10' 'log: Gained' 'call: 15 .up.'
both 16 'table: .*16.1:80 -m -w 4' 'log: Enabling'
both 17 '!table: .*17.[12]' 'call: 17 .quorum. .down.' 'log: Lost'
both 18 'table: .*18.9:80 -m -w 1' '!table: .*18.2' 'log: Adding sorry' 'fifo: VS .* DOWN'
both 19 'table: .*19.9:80 -g -w 0' 'table: .*19.1' 'table: .*19.2' 'call: 19 .quorum. .up.'
settle

open_servers 10.9.{17,18}.1-80

both 17 'table: .*17.1' '!table: .*17.2' 'log: Gained .*3 <= 3'
both 18 'table: .*18.1' '!table: .*18.9' 'log: Removing sorry'
settle
for side in $sides; do cut -d ' ' -f 2- "$work/$side/requests" | sort -u >"$work/$side/said"; done
diff "$work/theirs/said" "$work/ours/said" >"$work/diff" || fail 14 "requests: $(tr '\n' ';' <"$work/diff")"

done_with '13 a server of TCP_CHECK dies and comes back'
done_with '14 HTTP_GET by status'
done_with '29 and by digest'
done_with '15 MISC_CHECK with misc_dynamic'
done_with '30 and without'
done_with '16 inhibit_on_failure'
done_with '17 a quorum with hysteresis and its scripts'
done_with '18 a sorry server comes and goes'
done_with '19 and one that is always in, with weight 0'

by_hand -e -t 10.8.0.26:80 -r 10.9.26.1:80 -m -w 60
forget
second_file | configure
signal HUP

both 21 'table: .*21.1:80 -m -w 5' 'log: Changing weight from 1 to 5 for active'
both 22 'table: .*22.2:80' '!call:'
both 23 '!table: .*23.2:80' 'table: .*23.1:80' 'log: service .*23.2.* no longer exist' 'call: 23 .down.'
both 24 '-A -t 10.8.0.24:80 -s wlc -p 77' '24.1:80 -g'
both 25 '!table:' 'log: Removing Virtual Server' 'call: 25 .down.' 'call: 25 .quorum. .down.'
both 26 '26.1:80 -m -w 60' '!log:'
both 27 '!table: .*27.1' 'table: .*27.2' '!log:' '!fifo:'
both 28 'table: .*28.1' 'call: 28 .quorum. .up.' '!call: 28 .up.'
both 13 'table: .*13.1:80 -m -w 3' '!log:' '!fifo:'
both 15 'table: .*15.1:80 -m -w 10' '!log:' '!fifo:'
both 17 'table: .*17.1' '!table: .*17.2' '!log:' '!fifo:'
for story in 1 2 3 4 5 6 7 8 9 16 18 19 20; do both $story 'table:' '!log:' '!fifo:'; done
settle
done_with '21 reload: a weight is another one'
done_with '22 reload: a server is added'
done_with '23 reload: a server is removed'
done_with '24 reload: scheduler, method and persistence are others'
done_with '25 reload: a virtual server is removed'
done_with '26 reload: a weight that somebody set by hand stays'
done_with '27 reload: who is down stays out'
done_with '28 reload: a virtual server is added'

# A file in which one thing is wrong: keepalived wipes it, and whoever is told of it learns nothing.
forget
second_file | sed 's/^virtual_server 10.8.0.31 80 {/virtual_server x {/' | configure
signal HUP
says 31 'Reload refused'
differ 31 '!table:' 'log: Removing Virtual Server' -- 'table: .*31.1:80' '!log:'
settle
second_file | configure
signal HUP
says 31 'Reload complete'
differ 31 'table: .*31.1:80' 'log: Gained' -- 'table: .*31.1:80' '!log:'
settle
done_with '31 reload: a file with a mistake changes nothing'

forget
signal TERM
ended 20
both 13 '!table:' 'log: Shutting down service .*13.1' '!call:' '!fifo:'
for story in 1 2 3 4 5 6 7 8 9 12 14 15 16 17 18 19 26 27; do both $story '!table:' '!call:' '!fifo:'; done
both 20 '-A -t 10.8.0.20:80 -s rr' '-a -t 10.8.0.20:80 -r 10.9.20.1:80 -m -w 9'
settle
leaves 20 ' 10.8.0.20:80 '
done_with '20 services that the file does not name are not touched, and at the end only they are there'

# --- The second life: -I, alpha, omega, and a process that checks no more

left() { # 1|2
  global
  file "$1" <<C
virtual_server 10.8.0.40 80 {
- lb_algo rr
+ lb_algo wrr
  protocol TCP
- real_server 10.9.40.1 80 {
-   weight 9
- }
  real_server 10.9.40.2 80 {
-   weight 1
+   weight 4
  }
+ real_server 10.9.40.3 80 {
+   weight 3
+ }
}
-virtual_server 10.8.0.41 80 {
- lb_algo rr
- protocol TCP
- real_server 10.9.41.1 80 {
- }
-}
virtual_server 10.8.0.50 80 {
  lb_algo rr
  protocol TCP
  alpha
  quorum_up "/run/director/note 50 quorum up"
  quorum_down "/run/director/note 50 quorum down"
  $every_second
  ${pairs[50]}
}
virtual_server 10.8.0.51 80 {
  lb_algo rr
  protocol TCP
  omega
  quorum_up "/run/director/note 51 quorum up"
  quorum_down "/run/director/note 51 quorum down"
  $every_second
  ${pairs[51]}
}
virtual_server 10.8.0.52 80 {
  lb_algo rr
  protocol TCP
  $every_second
  ${pairs[52]}
}
C
}
open_servers 10.9.50.1-80 10.9.51.{1,2}-80 10.9.52.1-80
left 1 | configure
forget
start -I

both 40 'table: .*40.1:80 -m -w 9'
both 50 'table: .*50.1' '!table: .*50.2' 'call: 50 .up. .10.9.50.1' 'call: 50 .quorum. .up.'
both 51 'check: TCP.*51.1.*success' 'check: TCP.*51.2.*success'
both 52 'table: .*52.1' '!table: .*52.2' 'fifo: RS .*52.2.* DOWN'
settle
done_with '50 alpha: nobody is in before the first success'

forget
kill_checkers 52
differ 52 'table: .*52.1' '!table: .*52.2' 'fifo: RS .*52.2.* DOWN' -- 'table: .*52.1' '!table: .*52.2' '!fifo: RS .*52.2'
expect theirs 40 'log: .*SET_ADD\(1154\) error: Service already exists'
expect ours 40 'table: .*40.1:80 -m -w 9'
differ 51 'table: .*51.1' -- 'table: .*51.1'
settle
close_servers 10.9.52.1-80
differ 52 '!table: .*52.1' -- '!table: .*52.1' '!fifo: RS .*52.2'
settle
open_servers 10.9.52.1-80
differ 52 'table: .*52.1' -- 'table: .*52.1' '!table: .*52.2' '!fifo: RS .*52.2'
settle
done_with '52 the process that checks is killed, and no dead server comes back'

forget
signal TERM
ended 51
both 51 'table: .*51.1'
both 52 'table: .*52.1' '!call:'
both 40 'table: .*40.1:80 -m -w 9'
settle

forget
left 2 | configure
start
differ 40 '-s rr' '40.1:80 -m -w 9' '40.3:80 -m -w 3' -- '-s wrr' '!40.1:80' '40.2:80 -m -w 4' '40.3:80 -m -w 3'
differ 41 'table:' -- '!table:'
differ 52 'table: .*52.1' -- 'table: .*52.1' '!table: .*52.2'
settle
done_with '40 -I leaves the table, and the next start makes of it what its file says'

forget
kill_all
ended 53
left 1 | configure
start
differ 40 '-s rr' '40.1:80 -m -w 9' -- '-s rr' '40.1:80 -m -w 9' '40.2:80 -m -w 1' '!40.3:80'
differ 41 'table: .*41.1' -- 'table: .*41.1'
differ 52 'table: .*52.1' 'fifo: RS .*52.2.* DOWN' -- 'table: .*52.1' '!table: .*52.2'
settle
done_with '53 killed with all its processes, and started with another file'

differ 51 'check: TCP.*51.1.*success' 'check: TCP.*51.2.*success' -- 'table: .*51.1' 'table: .*51.2'
settle
forget
signal TERM
ended 51
# keepalived kills scripts of its end that run for more than a second, which there are some that do on a slow machine.
told=('fifo: RS .*51.1.* DOWN' 'fifo: RS .*51.2.* DOWN' 'fifo: VS .* DOWN' 'log: Shutting down service .*51.1' '!table:')
differ 51 "${told[@]}" -- "${told[@]}" 'call: 51 .down. .10.9.51.1' 'call: 51 .quorum. .down.'
settle
done_with '51 omega: those who are up are told of the end'
leaves 54 ' 10.8.0.20:80 '
done_with '54 and its end empties all that is ours'
late 99
done_with '99 and what had been told was so later on, too'

close_stage
exit 0
