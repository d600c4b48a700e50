/** What stands before the tables of docs/compatibility.md. */

export const introduction = `# Compatibility with keepalived

<!-- Written by npm run docs from src/config/blocks; changes belong there, or in tools/docs. -->

vrrpd reads keepalived.conf as keepalived 2.2.7 (Debian 12) does: the same files run, the same lines are found wrong, and \`-t\` ends with the same code. That was measured: 132 files from the world, and some three thousand small ones with something odd in each, are tests. Keywords of newer versions are read as well, with a note that 2.2.7 would ignore them.

## Exit codes

| command | code | meaning |
| --- | --- | --- |
| \`vrrpd -t\` | 0 | nothing that keepalived complains about |
| | 4 | interface_up_down_delays names an interface that is not there, and nothing else is wrong |
| | 5 | keepalived complains about something, be it a mere warning |
| | 6 | scripts are run without enable_script_security, or a checked include is missing |
| | 2 | a value is missing where keepalived gives up at once, or the file cannot be read |
| \`vrrpd check\` | 0 | no errors (with \`--strict\`: and no warnings) |
| | 1 | warnings, with \`--strict\` |
| | 2 | errors |

keepalived(8) documents other codes for \`-t\` than keepalived gives; these are the real ones.

## Deliberate differences

- A file given with \`-f\` that is not there: keepalived 2.2.7 ends \`-t\` with 0, vrrpd with 2.
- \`vrrp_strict\` and \`vrrp_skip_check_adv_addr\` take \`off\`, as newer keepalived does; 2.2.7 ignores the word and switches them on.
- \`interval\` and \`timeout\` of scripts take fractions of seconds, as keepalived does since 2.3.2.
- \`sport\`, \`dport\` and \`uidrange\` of rules take a single number, not only a range.
- An interface that is set down and up again within its delay of \`interface_up_down_delays\` gets back the routes and addresses that the kernel took away with it; keepalived 2.2.7 goes on without them.
- \`script "</path"\` opens that file as the script's user, and nothing else: keepalived 2.2.7 has a shell run what follows, whatever enable_script_security says.
- The second pid file is /run/keepalived_vrrp.pid, as keepalived(8) says; keepalived 2.2.7 writes /run/vrrp.pid. With a directory (\`use_pid_dir\`, \`instance\`, a network namespace) both are the same.
- \`-t\` with a \`net_namespace\` that is not there ends with 2; keepalived 2.2.7 says nothing and ends with 0.
- A reload with a file that keepalived would die of leaves the running configuration in place.
- \`\\#\` and \`\\!\` begin a comment, as in 2.2.7, and vrrpd says so.
- A notify script that is a directory is not run; keepalived 2.2.7 accepts it.
- Processor numbers in \`*_cpu_affinity\`, directories in \`config_save_dir\`, and interfaces that a \`use_vmac\` name would collide with are not compared with this machine.
- Routes with \`encap mpls\` or \`encap ila\` are not installed; what follows these words is not read.
- Scripts run on all processors that the daemon was given, whatever \`vrrp_cpu_affinity\` says, and a reload without it gives the daemon its own back; \`vrrp_no_swap\` keeps programs and libraries in memory, not V8’s heap (docs/decisions/0022).
- Where keepalived 2.2.7 itself crashes or hangs (a \`vrrp_instance\` without a name and a block, a \`track_file\` that does not exist, a \`neighbor_ip\` without a value), vrrpd says what is wrong.
- What definitions and sequences come to has a limit; beyond it reading ends with one error.
- Load balancing: in \`UDP_CHECK\` any \`payload\` is sent (2.2.7 refuses most); checks of a \`real_server\` without a port ask the virtual server's port (2.2.7 asks port 0, in vain); a \`host\` of \`SMTP_CHECK\` without \`connect_timeout\` has the usual one (2.2.7 gives it no time); a check without \`url\`, \`path\` or \`misc_path\` is left out (2.2.7 crashes); two blocks for one service are served as one; \`fwmark 0\` is refused.
- Files that scripts and the daemon make are as the service manager's umask has it (0022), where keepalived has 0177 for both: a state file that a notify script writes can be read by whoever looks at it.
- SNMP, D-Bus, BFD and iptables are not vrrpd's: their keywords are accepted, with one notice for each family in the log.

## Keywords

Each is implemented, or accepted without an effect for the reason given, or accepted and not acted on yet, with what happens instead.`
