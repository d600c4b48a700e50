#!/bin/bash
# Stories of director.guest.sh that are about odd servers, odd scripts and odd files: `npm run test:director`. The exit
# code is 1 when one of them is not as it should be.
set -u
DAEMON=${DAEMON:-vrrpd}
# shellcheck source=stage.sh
source test/interop/director/stage.sh
open_stage

globals() {
  cat <<C
global_defs {
  router_id director
  script_user root
  enable_script_security
  lvs_notify_fifo /run/director/fifo
}
C
}

# A virtual server of story N with what comes on stdin, 10.8.0.N:80 unless another port is said.
serve() { # N [PORT]
  echo "virtual_server 10.8.0.$1 ${2:-80} {
  lb_algo rr
  protocol TCP
  $every_second"
  cat
  echo '}'
}

respond() { # NAME ANSWER
  local side
  for side in $sides; do
    echo "$2" >"$work/$side/responders/$1.new"
    mv "$work/$side/responders/$1.new" "$work/$side/responders/$1"
  done
}

# --- The first life: what servers say

odd_words=(no-reason blank-reason lf continue garbage short empty reset split redirect chunked)
odd_servers() {
  local index=0 word
  for word in "${odd_words[@]}"; do
    index=$((index + 1))
    echo "real_server 10.9.100.$index 80 {
    HTTP_GET {
      url {
        path /$word
      }
      connect_timeout 5
      retry 0
    }
  }"
  done
}
url() { # N INDEX LINES...
  echo "real_server 10.9.$1.$2 80 {
    HTTP_GET {
      url {
        path /$2"
  printf '        %s\n' "${@:3}"
  echo "      }
      connect_timeout 5
      retry 0
    }
  }"
}
answers() {
  odd_servers | serve 100
  {
    url 101 1 'regex "^HTTP"'
    url 101 2 'regex "^10"'
    url 101 3 'regex "^10"' 'regex_options multiline'
    url 101 4 'regex "10\.9"'
    url 101 5 'regex "0\sA"'
    url 101 6 'regex "0\\sA"'
    url 101 7 'regex "answer"'
    url 101 8 'regex "answer"' 'regex_options caseless'
    url 101 9 'regex "Answer"' 'regex_no_match'
    url 101 10 'regex "nothing"' 'regex_no_match'
    url 101 11 'regex "Answer"' 'regex_min_offset 20'
    url 101 12 'status_code 200-250 404'
    url 101 13 "digest $(printf 10.9.101.13 | md5sum | cut -c 1-32 | tr a-f A-F)" 'status_code 404'
  } | serve 101
  serve 102 <<C
  real_server 10.9.102.1 80 {
    HTTP_GET {
      url {
        path /one
      }
      url {
        path /two
      }
      fast_recovery
      connect_timeout 5
      retry 1
      delay_before_retry 1
    }
  }
C
  serve 103 <<C
  real_server 10.9.103.1 80 {
    TCP_CHECK {
      connect_timeout 5
      retry 2
      delay_before_retry 1
      log_all_failures
    }
  }
  real_server 10.9.103.2 80 {
    HTTP_GET {
      url {
        path /
      }
      connect_timeout 5
      retry 1
      delay_before_retry 1
      log_all_failures
    }
  }
C
  serve 104 25 <<C
  real_server 10.9.104.1 25 {
    SMTP_CHECK {
      connect_timeout 5
      retry 1
      delay_before_retry 1
    }
  }
C
  serve 105 53 <<C | sed 's/protocol TCP/protocol UDP/'
  real_server 10.9.105.1 53 {
    DNS_CHECK {
      connect_timeout 5
      retry 0
    }
  }
  real_server 10.9.105.2 53 {
    UDP_CHECK {
      connect_timeout 2
      retry 0
      require_reply
    }
  }
C
  serve 106 <<C
  real_server 10.9.106.1 80 {
    TCP_CHECK {
      connect_timeout 5
      retry 0
      bindto 10.1.1.1
    }
  }
  real_server 10.9.106.2 80 {
    TCP_CHECK {
      connect_timeout 5
      retry 0
      connect_ip 10.9.106.3
      connect_port 81
      bindto 10.6.0.1
    }
  }
  real_server 10.9.106.4 80 {
    TCP_CHECK {
      connect_timeout 5
      retry 0
    }
    HTTP_GET {
      url {
        path /both
      }
      connect_timeout 5
      retry 0
    }
  }
C
}

# --- What is run

scripts() {
  serve 110 <<C
  delay_loop 3
  real_server 10.9.110.1 80 {
    notify_down "/run/director/note 110 down"
    MISC_CHECK {
      misc_path "/run/director/linger 110"
      misc_timeout 8
    }
  }
C
  serve 111 <<C
  delay_loop 3
  real_server 10.9.111.1 80 {
    notify_down "/run/director/note 111 down"
    MISC_CHECK {
      misc_path "/run/director/die 111"
      misc_timeout 50
      misc_dynamic
    }
  }
C
  serve 112 <<C
  real_server 10.9.112.1 80 {
    MISC_CHECK {
      misc_path "/run/director/is-not-there 112"
    }
  }
  real_server 10.9.112.2 80 {
    notify_up "/run/director/is-not-there 112"
    notify_down "/run/director/note 112 down"
    $tcp
  }
C
  serve 113 <<C
  delay_loop 3
  quorum_up "/run/director/who 113 quorum up"
  real_server 10.9.113.1 80 {
    notify_up "/run/director/who 113 up" nobody
    notify_down "/run/director/who 113 down" nobody nogroup
    MISC_CHECK {
      misc_path "/run/director/whom 113"
      misc_timeout 100
      user nobody
    }
  }
C
  serve 114 <<C
  delay_loop 3
  real_server 10.9.114.1 80 {
    weight 10
    MISC_CHECK {
      misc_path "/run/director/judge 114"
      misc_timeout 100
      misc_dynamic
    }
    MISC_CHECK {
      misc_path "/run/director/judge 115"
      misc_timeout 100
      misc_dynamic
    }
  }
C
  serve 116 <<C
  delay_loop 3
  sorry_server 10.9.116.9 80
  real_server 10.9.116.1 80 {
    weight 10
    MISC_CHECK {
      misc_path "/run/director/judge 116"
      misc_timeout 100
      misc_dynamic
    }
  }
C
}

# --- What is served

odd_files() {
  serve 120 <<C
  alpha
  sorry_server 10.9.120.9 80
  quorum_up "/run/director/note 120 quorum up"
  quorum_down "/run/director/note 120 quorum down"
  real_server 10.9.120.1 80 {
    notify_up "/run/director/note 120 up"
    $tcp
  }
C
  serve 121 <<C
  alpha
  inhibit_on_failure
  quorum_up "/run/director/note 121 quorum up"
  real_server 10.9.121.1 80 {
    weight 3
    notify_up "/run/director/note 121 up"
    $tcp
  }
  real_server 10.9.121.2 80 {
    $tcp
  }
C
  serve 122 <<C
  quorum 9
  hysteresis 7
  real_server 10.9.122.1 80 {
    weight 2
    $tcp
  }
  real_server 10.9.122.1 80 {
    weight 4
  }
  real_server fd00:9::122:1 80 {
  }
  real_server nowhere.example 80 {
  }
  real_server 10.9.122.2 99999 {
  }
C
  serve 123 <<C
  sorry_server 10.9.123.9 80
  sorry_server_lvs_method DR
  lb_kind NAT
  real_server 10.9.123.1 80 {
    $tcp
  }
C
  cat <<C
virtual_server_group G124 {
  10.8.124.1 80
  10.8.124.4/30 81
}
virtual_server_group G133 {
  fd00:8::133 80
  fwmark 133 inet6
}
virtual_server group G133 {
  lb_algo rr
  protocol TCP
  real_server fd00:9::133:1 80 {
  }
}
virtual_server group G124 {
  lb_algo rr
  protocol TCP
  $every_second
  real_server 10.9.124.1 80 {
    $tcp
  }
  real_server 10.9.124.2 80 {
    $tcp
  }
}
virtual_server_group G125 {
  10.8.125.1 80
}
virtual_server group G125 {
  lb_algo rr
  protocol TCP
  real_server 10.9.125.1 80 {
  }
}
virtual_server group G125 {
  lb_algo rr
  protocol UDP
  real_server 10.9.125.2 80 {
  }
}
virtual_server fwmark 126 {
  ip_family inet6
  lb_algo rr
  lb_kind TUN
  real_server fd00:9::126:1 80 {
    weight 3
  }
}
virtual_server group G127 {
  lb_algo rr
  protocol TCP
  real_server 10.9.127.1 80 {
  }
}
virtual_server 10.8.0.128 80 {
  protocol TCP
  sorry_server 10.9.128.9 80
}
virtual_server 10.8.0.129 80 {
  lb_algo rr
  lb_kind DR
  protocol TCP
  $every_second
  sorry_server 10.9.129.9 8080
  real_server 10.9.129.1 8080 {
    $tcp
  }
}
C
  serve 130 <<C
  quorum 3
  hysteresis 1
  quorum_up "/run/director/note 130 quorum up"
  quorum_down "/run/director/note 130 quorum down"
  sorry_server 10.9.130.9 80
  real_server 10.9.130.1 80 {
    weight 2
    $tcp
  }
  real_server 10.9.130.2 80 {
    weight 2
    inhibit_on_failure
    $tcp
  }
C
  serve 131 <<C
  real_server 10.9.131.1 80 {
    notify_down "/run/director/note 131 down"
    notify_up "/run/director/note 131 up"
    $tcp
  }
  real_server 10.9.131.2 80 {
    $tcp
  }
C
  serve 132 <<C
  real_server 10.9.132.1 80 {
    weight 7
    $tcp
  }
  real_server 10.9.132.2 80 {
  }
C
}

reloaded() { # 1|2
  file "$1" <<C
virtual_server 10.8.0.140 80 {
  lb_algo rr
  protocol TCP
  $every_second
  quorum_up "/run/director/note 140 quorum up"
  quorum_down "/run/director/note 140 quorum down"
- quorum 2
+ quorum 1
  sorry_server 10.9.140.9 80
  real_server 10.9.140.1 80 {
    $tcp
  }
  real_server 10.9.140.2 80 {
    $tcp
  }
}
virtual_server 10.8.0.141 80 {
  lb_algo rr
  protocol TCP
  $every_second
  quorum_up "/run/director/note 141 quorum up"
  quorum_down "/run/director/note 141 quorum down"
  quorum 2
+ sorry_server 10.9.141.9 80
  real_server 10.9.141.1 80 {
    $tcp
  }
  real_server 10.9.141.2 80 {
    $tcp
  }
}
virtual_server 10.8.0.142 80 {
  lb_algo rr
  protocol TCP
  $every_second
- quorum 2
- sorry_server 10.9.142.9 80
- inhibit_on_failure
  real_server 10.9.142.1 80 {
    weight 3
    $tcp
  }
  real_server 10.9.142.2 80 {
    $tcp
  }
}
virtual_server 10.8.0.143 80 {
  lb_algo rr
  protocol TCP
  $every_second
- inhibit_on_failure
  real_server 10.9.143.1 80 {
    $tcp
  }
  real_server 10.9.143.2 80 {
    $tcp
  }
}
virtual_server 10.8.0.144 80 {
  lb_algo rr
  protocol TCP
  $every_second
  real_server 10.9.144.1 80 {
    notify_down "/run/director/note 144 down 1"
-   uthreshold 5
+   uthreshold 9
+   lthreshold 3
    $tcp
  }
  real_server 10.9.144.2 80 {
-   lvs_method NAT
+   lvs_method DR
  }
  real_server 10.9.144.3 80 {
-   weight 3
+   weight 0
  }
}
virtual_server 10.8.0.145 80 {
  lb_algo rr
  protocol TCP
  $every_second
  real_server 10.9.145.1 80 {
    notify_up "/run/director/note 145 up"
-   TCP_CHECK {
-     connect_timeout 5
-     retry 0
-   }
+   MISC_CHECK {
+     misc_path "/run/director/judge 145"
+     misc_timeout 50
+   }
  }
  real_server 10.9.145.2 80 {
  }
}
virtual_server_group G146 {
  10.8.146.1 80
+ 10.8.146.2-3 80
}
virtual_server group G146 {
  lb_algo rr
  protocol TCP
  $every_second
  real_server 10.9.146.1 80 {
    $tcp
  }
  real_server 10.9.146.2 80 {
    $tcp
  }
}
virtual_server 10.8.0.147 80 {
  lb_algo rr
  protocol TCP
- alpha
  $every_second
  real_server 10.9.147.1 80 {
    $tcp
  }
  real_server 10.9.147.2 80 {
    $tcp
  }
}
virtual_server 10.8.0.148 80 {
  lb_algo rr
  protocol TCP
  alpha
  $every_second
  real_server 10.9.148.1 80 {
    $tcp
  }
+ real_server 10.9.148.2 80 {
+   notify_up "/run/director/note 148 up 2"
+   TCP_CHECK {
+     retry 0
+   }
+ }
+ real_server 10.9.148.3 80 {
+   notify_up "/run/director/note 148 up 3"
+   TCP_CHECK {
+     retry 0
+   }
+ }
}
virtual_server 10.8.0.149 80 {
  lb_algo wrr
  protocol TCP
  $every_second
  real_server 10.9.149.1 80 {
    weight 10
    MISC_CHECK {
      misc_path "/run/director/judge 149"
      misc_timeout 50
      misc_dynamic
    }
  }
}
virtual_server 10.8.0.150 80 {
  lb_algo rr
  protocol TCP
  $every_second
- sorry_server 10.9.150.9 80
+ sorry_server 10.9.150.8 80
  real_server 10.9.150.1 80 {
    $tcp
  }
}
virtual_server 10.8.0.151 80 {
  lb_algo rr
  protocol TCP
  $every_second
  quorum_up "/run/director/note 151 quorum up"
  quorum_down "/run/director/note 151 quorum down"
  real_server 10.9.151.1 80 {
    notify_up "/run/director/note 151 up 1"
    notify_down "/run/director/note 151 down 1"
    $tcp
  }
- real_server 10.9.151.2 80 {
-   TCP_CHECK {
-     retry 0
-   }
- }
+ real_server 10.9.151.2 8080 {
+   notify_up "/run/director/note 151 up 2"
+   TCP_CHECK {
+     retry 0
+   }
+ }
}
virtual_server 10.8.0.152 80 {
- lb_algo sh
- sh-port
+ lb_algo mh
+ mh-fallback
  protocol TCP
  real_server 10.9.152.1 80 {
  }
}
virtual_server 10.8.0.153 80 {
  lb_algo rr
  protocol TCP
- persistence_timeout 50
+ ops
  real_server 10.9.153.1 80 {
  }
}
virtual_server 10.8.0.154 80 {
  lb_algo rr
  protocol TCP
  $every_second
- sorry_server 10.9.154.9 80
+ sorry_server 10.9.154.9 80
+ sorry_server_inhibit
  real_server 10.9.154.1 80 {
    $tcp
  }
}
-virtual_server fwmark 155 {
- lb_algo rr
- lb_kind DR
- real_server 10.9.155.1 80 {
- }
-}
+virtual_server_group G155 {
+ fwmark 155
+}
+virtual_server group G155 {
+ lb_algo rr
+ lb_kind DR
+ real_server 10.9.155.1 80 {
+ }
+}
C
}

for side in $sides; do
  mkdir "$work/$side/responders"
  cat >"$work/$side/linger" <<'N'
#!/bin/sh
trap '' TERM
read code </run/director/verdict-$1 && [ "$code" = 0 ] && exit 0
sleep 60
N
  cat >"$work/$side/die" <<'N'
#!/bin/sh
read code </run/director/verdict-$1
[ "$code" = kill ] && kill -USR1 $$
exit $code
N
  cat >"$work/$side/who" <<'N'
#!/bin/sh
line=$1
shift
echo "$line [$*] uid $(id -u) gid $(id -g) groups $(id -G) descriptors $(ls /proc/self/fd | tr '\n' ' ') in $PWD" \
  >>/run/director/calls
N
  cat >"$work/$side/whom" <<'N'
#!/bin/sh
read code </run/director/verdict-$1
[ "$(id -un)" = nobody ] && exit "$code"
N
  chmod +x "$work/$side"/{linger,die,who,whom}
  chmod 666 "$work/$side/calls"
done
index=0
for word in "${odd_words[@]}"; do
  index=$((index + 1))
  respond odd-10.9.100.$index-80 "$word"
done
respond smtp-10.9.104.1-25 220-
respond dns-10.9.105.1-53 0
responders=''
for side in $sides; do
  ip netns exec "$side-servers" node "$here/responders.mjs" "$work/$side/responders" &
  within test -e "$work/$side/responders/up" || fail 100 "nobody responds on the side of $side"
  responders+=" $!"
done
open_servers 10.9.101.{1,2,3,4,5,6,7,8,9,10,11,12}-80 10.9.102.1-80 10.9.103.{1,2}-80 10.9.106.4-80 \
  10.9.106.3-81 10.9.112.2-80 10.9.120.1-80 10.9.121.1-80 10.9.122.1-80 10.9.123.1-80 10.9.124.{1,2}-80 \
  10.9.129.1-80 10.9.130.{1,2}-80 10.9.131.{1,2}-80 10.9.132.1-80
answer_with 10.9.101.13-80 404 10.9.101.13
for story in 110 111 114 115 116; do judge_with $story 0; done

open_servers 10.9.140.1-80 10.9.141.1-80 10.9.142.1-80 10.9.143.1-80 10.9.144.1-80 10.9.146.1-80 10.9.147.1-80 \
  10.9.148.{1,2}-80 10.9.151.{1,2}-80 10.9.154.1-80
judge_with 113 0
judge_with 145 0
judge_with 149 30
whole() { globals; answers; scripts; odd_files; reloaded "$1"; }
whole 1 | configure
start

# Of each side by itself: servers of one story that fail in the same moment do so in no order.
each() { # N CONDITION...
  expect theirs "$@"
  expect ours "$@"
}
for index in 2 6 9 11; do each 100 "table: .*100.$index:" "check: Remote.*100.$index\]"; done
for index in 1 3 4 5 7 8 10; do each 100 "!table: .*100.$index:" "log: HTTP_CHECK.*100.$index\]"; done
for index in 1 3 4 6 8 10 12 13; do each 101 "table: .*101.$index:" "check: Remote.*101.$index\]"; done
for index in 2 5 7 9 11; do each 101 "!table: .*101.$index:" "log: HTTP_CHECK.*101.$index\]"; done
both 102 'check: Remote.*102.1'
both 103 'check: TCP.*103.1.*success' 'check: Remote.*103.2'
both 104 '!table: .*104.1' 'log: SMTP_CHECK Bad greeting'
both 105 'table: .*105.1' '!table: .*105.2' 'log: UDP_CHECK'
both 106 'table: .*106.1' 'check: TCP.*106.2.*success' 'check: TCP.*106.4.*success' 'check: Remote.*106.4'
both 110 'check: Misc'
both 111 'check: Misc'
differ 112 'table: .*112.1' 'check: TCP.*112.2.*success' -- \
  'table: .*112.1' 'check: TCP.*112.2.*success' "log: Disabling misc script '/run/director/is-not-there' '112'"
both 113 'call: 113 .quorum up. uid 0 gid 0' 'check: Misc'
both 114 'check: Misc' 'table: .*114.1:80 -m -w 10'
both 116 'check: Misc' 'table: .*116.1:80'
both 120 'table: .*120.1:' '!table: .*120.9' 'call: 120 .quorum. .down.' 'call: 120 .quorum. .up.' 'call: 120 .up.'
both 121 'table: .*121.1:80 -m -w 3' 'table: .*121.2:80 -m -w 0' 'log: TCP_CHECK' 'call: 121 .up.'
both 122 'table: .*122.1:80 -m -w 2' 'check: TCP.*122.1.*success' '!table: .*122.2'
both 123 'check: TCP.*123.1.*success' '!table: .*123.9'
both 124 'table: .*10.8.124.7:81 .*124.2' 'table: -A -t 10.8.124.1:80' 'check: TCP.*124.2.*success'
both 125 'table: -A -t 10.8.125.1:80' 'table: -A -u 10.8.125.1:80'
both 126 'table: -a -f 126 -6 .*-i -w 3'
both 127 '!table:'
both 128 '!table:'
both 129 'table: .*129.9:80 -g' '!table: .*129.1'
both 130 'table: .*130.1' 'table: .*130.2' 'log: Gained quorum 3.1=4 <= 4' 'check: TCP.*130.2.*success'
both 131 'check: TCP.*131.1.*success' 'check: TCP.*131.2.*success'
both 132 'check: TCP.*132.1.*success'
both 133 'table: -A -f 133 -6' 'table: -A -t .fd00:8::133.:80'
settle
for side in $sides; do cut -d ' ' -f 2- "$work/$side/requests" | sort -u >"$work/$side/said"; done
diff "$work/theirs/said" "$work/ours/said" >"$work/diff" || fail 100 "requests: $(tr '\n' ';' <"$work/diff")"
done_with '100 answers that are not quite HTTP'
done_with '122 what is wrong in a block is left out, and quorum and hysteresis are what is possible'
done_with '125 a group twice, with another protocol'
done_with '126 a firewall mark of IPv6'
done_with '127 a group that there is not'
done_with '128 a sorry server alone'
done_with '129 direct routing has the port of the service, and the check the written one'
done_with '133 a group of IPv6 with a mark'

# --- What fails

forget
by_hand -d -t 10.8.0.131:80 -r 10.9.131.1:80
by_hand -e -t 10.8.0.132:80 -r 10.9.132.1:80 -m -w 99
answer_with 10.9.102.1-80 503 x
close_servers 10.9.103.{1,2}-80 10.9.106.4-80 10.9.112.2-80 10.9.120.1-80 10.9.123.1-80 10.9.124.1-80 10.9.130.1-80 \
  10.9.131.1-80 10.9.132.1-80
respond smtp-10.9.104.1-25 220
respond dns-10.9.105.1-53 2
judge_with 110 1
judge_with 111 50
judge_with 113 1
judge_with 114 20
judge_with 115 5
judge_with 116 2
open_servers 10.9.121.2-80
both 102 '!table: .*102.1' 'log: HTTP_CHECK.*failed after 1 retries'
each 103 '!table: .*103.[12]' 'check: TCP connection to .*103.1.*failed' 'log: HTTP_CHECK on service .*103.2' 'log: Lost'
both 104 'table: .*104.1' 'fifo: RS .* UP'
both 105 '!table: .*105.1' 'log: DNS_CHECK.*rcode = 2'
each 106 '!table: .*106.4' 'log: TCP_CHECK.*106.4' 'log: HTTP_CHECK.*106.4'
both 110 '!table: .*110.1' 'call: 110 .down.' 'log: Misc check.*timed out'
both 111 'table: .*111.1:80 -m -w 48'
both 112 '!table: .*112.2' 'call: 112 .down.'
both 113 '!table: .*113.1' 'call: 113 .down. uid 65534 gid 65534'
each 114 'table: .*114.1:80 -m -w 11'
both 116 'table: .*116.9:80' '!table: .*116.1' 'log: Lost'
both 120 'table: .*120.9' 'call: 120 .quorum. .down.'
both 121 'table: .*121.2:80 -m -w 1' 'log: Enabling'
both 123 'table: .*123.9:80 -g' '!table: .*123.1'
both 124 '!table: .*-r 10.9.124.1:' 'log: Removing service .*124.1' 'table: .*124.2'
both 130 '!table: .*130.1' 'table: .*130.2' '!log: Lost'
both 131 'call: 131 .down.' 'log: IPVS cmd .*No such destination'
both 132 '!table: .*132.1'
settle

forget
judge_with 111 kill
both 111 '!table: .*111.1' 'log: Misc check.*signal'
settle

# --- What comes back

forget
answer_with 10.9.102.1-80 200 x
open_servers 10.9.103.{1,2}-80 10.9.106.4-80 10.9.112.2-80 10.9.120.1-80 10.9.123.1-80 10.9.124.1-80 10.9.130.1-80 \
  10.9.131.1-80 10.9.132.1-80
respond dns-10.9.105.1-53 0
for story in 110 111 113 114 115 116; do judge_with $story 0; done
each 102 'table: .*102.1' 'fifo: RS .* UP'
each 103 'table: .*103.1' 'table: .*103.2'
both 105 'table: .*105.1' 'fifo: RS .* UP'
each 106 'table: .*106.4' 'fifo: RS .* UP'
both 110 'table: .*110.1' 'fifo: RS .* UP'
# What a script said of a weight before it was killed stays with keepalived 2.2.7 (its issue 2720).
differ 111 'table: .*111.1:80 -m -w 48' -- 'table: .*111.1:80 -m -w 1'
both 112 'table: .*112.2' 'fifo: RS .* UP'
both 113 'table: .*113.1' 'call: 113 .up. uid 65534 gid 65534'
each 114 'table: .*114.1:80 -m -w 10'
both 116 'table: .*116.1:80 -m -w 10' '!table: .*116.9'
both 120 'table: .*120.1' '!table: .*120.9' 'call: 120 .quorum. .up.'
both 123 'table: .*123.1' '!table: .*123.9'
both 124 'table: .*10.8.124.7:81 .*124.1:' 'log: Adding service .*124.1'
both 130 'table: .*130.1'
both 131 'table: .*131.1' 'call: 131 .up.'
both 132 'table: .*132.1:80 -m -w 7'
settle
done_with '101 HTTP_GET by regular expressions, ranges of status and a digest'
done_with '102 HTTP_GET with fast_recovery'
done_with '103 log_all_failures'
done_with '104 SMTP_CHECK and a greeting of several lines'
done_with '105 DNS_CHECK among answers to others, and UDP_CHECK that wants one'
done_with '106 two checks of one server, connect_ip, and a source address that is none'
done_with '110 MISC_CHECK: a script that lingers'
done_with '111 and one that dies of a signal'
done_with '112 programs that are not there'
done_with '113 users of scripts'
done_with '120 alpha with a sorry server'
done_with '121 alpha with inhibit_on_failure'
done_with '123 a sorry server with a method of its own'
done_with '124 a group of an address, a network and a port, and a server of it'
done_with '131 a server that somebody has taken out of the table fails'
done_with '132 a weight that somebody has set is gone with a failure'

# --- A reload

judge_with 149 0
each 149 'table: .*149.1:80 -m -w 10'
both 140 'table: .*140.9' '!table: .*140.[12]'
both 141 'table: .*141.1' '!table: .*141.2'
both 142 'table: .*142.1:80 -m -w 3' 'table: .*142.2:80 -m -w 0'
both 143 'table: .*143.2:80 -m -w 0'
both 145 '!table: .*145.1'
both 146 '!table: .*-r 10.9.146.2'
both 147 'table: .*147.1' '!table: .*147.2'
both 148 'table: .*148.1'
both 150 'table: .*150.9'
both 151 'table: .*151.2:80'
settle

forget
whole 2 | configure
signal HUP
zero=('fifo: VS .* DOWN' 'log: Changing weight from .* to 0 for active')
# keepalived 2.2.7 takes the weight away of whose script says 0 and is dynamic, at any reload.
differ 111 "${zero[@]}" -- 'table: .*111.1:80 -m -w 1' '!log:'
differ 114 "${zero[@]}" -- 'table: .*114.1:80 -m -w 10' '!log:'
differ 116 "${zero[@]}" -- 'table: .*116.1:80 -m -w 10' '!log:'
differ 149 "${zero[@]}" -- 'table: .*149.1:80 -m -w 10' '!log:'
both 140 'table: .*140.1:' '!table: .*140.9' 'call: 140 .quorum. .up.' 'log: Gained'
both 141 'table: .*141.9' '!table: .*141.1' 'log: Starting with quorum down' 'call: 141 .quorum. .down.'
each 142 'table: .*142.1:80 -m -w 3' '!table: .*142.2' '!table: .*142.9'
both 143 'table: .*143.1' '!table: .*143.2'
both 144 'table: .*144.2:80 -g' 'table: .*144.3:80 -m -w 0' 'log: Changing weight from 3 to 0'
differ 145 'table: .*145.1' 'check: Misc' -- 'table: .*145.1' 'check: Misc' 'call: 145 .up.'
both 146 'table: .*10.8.146.3:80 .*146.1' '!table: .*-r 10.9.146.2'
# vrrpd asks anew, and says so.
each 147 'table: .*147.1' '!table: .*147.2'
both 148 'table: .*148.2' 'call: 148 .up. .2.' '!table: .*148.3' 'log: TCP_CHECK.*148.3'
both 150 'table: .*150.8' '!table: .*150.9' '!table: .*150.1:'
both 151 '!table: .*151.2:' 'table: .*151.1' 'log: service .*151.2.*no longer exist'
both 152 'table: -A -t 10.8.0.152:80 -s mh -b mh-fallback'
both 153 'table: -A -t 10.8.0.153:80 -s rr$'
both 154 'table: .*154.9:80 -m -w 0' 'table: .*154.1'
both 155 'table: -A -f 155' 'log: Removing Virtual Server FWM 155' 'fifo: VS .G155.:0 UP'
for story in 100 101 102 103 104 105 106 110 113 120 121 122 123 124 125 126 129 130 131 132 133; do
  each $story 'table:' '!log: (Adding|Removing|Gained|Lost)'
done
settle
done_with '114 two scripts that give weights'
done_with '116 a script that gives weight 0, and a sorry server'
done_with '130 a quorum with hysteresis, and inhibit_on_failure of one server'
done_with '140 reload: a quorum that is reached'
done_with '141 reload: a sorry server while the quorum is down'
done_with '142 reload: without sorry server, quorum and inhibit_on_failure'
done_with '143 reload: without inhibit_on_failure'
done_with '144 reload: thresholds, method and a weight of 0'
done_with '145 reload: another kind of check of who is down'
done_with '146 reload: more addresses of a group, and a server that is down'
done_with '147 reload: without alpha'
done_with '148 reload: more servers with alpha'
done_with '149 reload: a script that says nothing of weights any more'
done_with '150 reload: another sorry server'
done_with '151 reload: another port'
done_with '152 reload: other flags'
done_with '153 reload: no persistence any more'
done_with '154 reload: a sorry server that is always in'
done_with '155 reload: a mark becomes a group'

# --- Ends

forget
for side in $sides; do ip netns exec "$side-director" ipvsadm -C; done
close_servers 10.9.131.2-80
both 131 'log: IPVS cmd' 'fifo: RS .*131.2.* DOWN'
settle
done_with '160 the whole table is taken away by hand'
by_hand -A -t 10.8.0.161:80 -s rr
signal TERM
ended 161
both 161 'table: -A -t 10.8.0.161:80'
settle
leaves 161 ' 10.8.0.161:80 '
done_with '161 and the end leaves what others have'

close_stage
kill $responders
exit "$any_failed"
