/** What each kind of diagnostic is about, for CI systems and for `vrrpd check --explain`. */

import type { DiagnosticCode } from './codes.ts'

export const codeHelp: Readonly<Record<DiagnosticCode, string>> = {
  'unterminated-quote':
    'A double quote has no partner on its line. keepalived drops what follows it, silently losing words.',
  'unknown-keyword': 'This word is no keyword where it stands. keepalived says so and skips the line.',
  'unexpected-open-brace':
    'A block begins where none may. keepalived skips it, or reads its lines as if they stood outside.',
  'unexpected-close-brace': 'There is no open block that this brace could end.',
  'missing-open-brace': 'This keyword needs a block in braces, and none follows.',
  'missing-close-brace': 'The file ends within a block: it may have been cut short.',
  'missing-parameter':
    'A keyword lacks the value it cannot do without. keepalived ends at such a line, even while reloading.',
  'missing-value': 'A keyword lacks its value; the line is ignored.',
  'stray-backslash':
    'Only definitions go on in the next line; elsewhere a backslash is an ordinary character.',
  'escaped-comment':
    'A backslash does not keep # or ! from beginning a comment. Put the word into double quotes instead.',
  'invalid-sequence': 'A ~SEQ or ~LST cannot be read; the line is ignored.',
  'undefined-name': 'A name in ${} is not defined; it stays as it is, and its braces count as braces.',
  'recursive-definition': 'A definition uses itself and would never end.',
  'expansion-limit': 'Definitions or sequences expand to more text than anybody means.',
  'include-missing': 'An include finds no file, or one that cannot be read.',
  'include-cycle': 'A file includes itself, directly or through others; it is not read again.',
  'include-limit': 'Too many includes, or includes nested too deeply.',
  'extra-words': 'Words behind the last one that counts are ignored.',
  'block-name': 'The first line of a block needs exactly one name.',
  'duplicate-name': 'The name is taken already; the later one is ignored.',
  'invisible-character':
    'A character that cannot be seen, or looks like a blank, and is a letter to keepalived. Word processors, web pages and messengers leave them; `grep -nP "[^\\x00-\\x7F]"` finds them.',
  'typographic-quote':
    'Only the straight double quote encloses words; typographic ones are letters like any other.',
  'unrendered-template':
    'Something in this file was to be filled in by a template engine, or by definitions, and was not. Render the file first, and check what comes of it.',
  'password-cut':
    'A password without quotes ends at # and !, which begin a comment, and at a blank or a quote. Both routers would go on with the rest of it.',
  'invalid-value': 'The value is none of those that are possible here.',
  'invalid-number': 'A number is expected here, in decimal and without anything behind it.',
  'value-out-of-range': 'The number is beyond its range; the message says what is used instead.',
  'too-precise': 'More decimal places than the value has; the rest is cut off.',
  'invalid-address': 'This is no IP address of the kind that is expected here.',
  'unknown-option':
    'The line has a word that means nothing in it. Each address and each tracker needs its own line.',
  'already-given': 'The keyword was given before in this block, and the first one holds.',
  'no-script': 'A vrrp_script block without a program to run is ignored.',
  'script-not-found':
    'track_script names a script that is not defined above it. keepalived looks scripts up while it reads, so the vrrp_script block must come first.',
  'own-interface': 'An instance tracks its own interface anyway; track_interface does not change that.',
  'no-authentication': 'There is an authentication block, but no authentication: something in it is missing.',
  'password-truncated': 'VRRPv2 has room for eight bytes of password; the rest is not used.',
  'missing-interface': 'An instance needs an interface. keepalived does not run with this.',
  'missing-vrid': 'An instance needs a virtual_router_id. keepalived does not run with this.',
  'no-addresses': 'The instance has no usable virtual address: its MASTER holds nothing.',
  'no-peers': 'Unicast is meant, but there is no usable peer, so multicast is used.',
  'no-destination': 'A route needs a destination.',
  'no-action': 'A rule needs something to do.',
  'no-preference': 'A rule without a preference gets the next free one, counted down through the file.',
  'too-many-addresses':
    'An advert has a count of one byte and has to fit into one packet. What it has no room for is set on the MASTER all the same, but other routers are not told of it, and cannot tell that it differs. Put such addresses into virtual_ipaddress_excluded, on all routers.',
  'family-mismatch': 'IPv4 and IPv6 addresses do not go together here.',
  'not-tracked': 'Without an interface the loss of this route is not noticed.',
  'not-strict': 'Strict mode (vrrp_strict, strict_mode) takes back what the RFC does not have.',
  rounded: 'The value does not fit what the packet or the kernel can carry; the message says what is used.',
  cleared: 'Another setting takes this one back.',
  'weight-dropped':
    'A weight has no effect here: members of a sync group share the group’s trackers, and priority 255 never changes.',
  'empty-block': 'The list has no lines.',
  'no-such-instance': 'A sync group names an instance that does not exist.',
  'no-such-group':
    'A static item names a track_group that is not defined above it. keepalived looks groups up while it reads, so the track_group block must come first.',
  'in-two-groups': 'An instance can be in one sync group only.',
  'empty-group': 'A sync group without any instance is ignored.',
  'lonely-group': 'A sync group of one instance synchronises nothing.',
  'duplicate-vrid':
    'Two instances cannot be told apart on the wire: same VRID, same interface, same family. Give one another virtual_router_id.',
  'duplicate-address':
    'The same virtual address is given twice; whichever instance leaves MASTER last takes it away from the other.',
  'no-multicast':
    'The interface has no flag MULTICAST: an instance that sends its advertisements to a group is in FAULT on it.',
  'no-such-interface':
    'The interface is not there. keepalived does not start without it unless dynamic_interfaces is given; vrrpd keeps the instance in FAULT until it appears.',
  'own-peer': 'A router cannot be its own unicast peer; list the other routers only.',
  'no-source-address': 'There is no address that advertisements could come from: the instance is in FAULT.',
  'own-address':
    'The host has a virtual address of its own. Only an address owner (priority 255) should: it never gives it up.',
  'other-network': 'The interface has no address in the network of this virtual address.',
  'unknown-user': 'There is no such user; scripts are not run.',
  'unknown-host': 'The mail server’s name has no address, so that no mail can be sent.',
  'script-disabled': 'The program cannot be run, so whatever depends on it does not happen.',
  'script-security':
    'Without enable_script_security keepalived runs as root what others may have changed. Put it into global_defs.',
  'no-real-servers': 'A virtual server has no real server.',
  assumed: 'Something is missing, and keepalived assumes a value.',
  'incomplete-check': 'A health check lacks what it needs.',
  'duplicate-service':
    'Two virtual_server blocks have one address, port and protocol: IPVS has one service for both, with the servers of both.',
  'port-mismatch': 'The ports of a virtual server and its real servers do not go together.',
  deprecated: 'keepalived has a newer name for this.',
  'newer-keyword': 'keepalived 2.2.7 does not know this yet and would ignore it.',
  'no-effect': 'Accepted, and without effect in vrrpd; nothing is lost by it.',
  'not-acted-on': 'Accepted and checked; vrrpd does not do it yet. The message says what happens instead.',
  'delay-shortened':
    'A link that is down must count as down before a BACKUP on it misses its adverts and takes over: no delay of interface_up_down_delays reaches down_timer_adverts - 1 advert intervals.',
  timing: 'How long things take, computed from the configuration.',
  'nothing-to-run': 'There is no vrrp_instance that could be run.',
  'assumed-owner':
    'state MASTER without priority means priority 255, that of the router that owns the addresses: it becomes MASTER at once, always preempts, and ignores the weights of trackers.',
  'blocked-addresses':
    'Strict mode lets only the owner of an address accept packets for it: keepalived drops pings and connections to the virtual addresses by firewall rules.',
  'nopreempt-weight':
    'A weight lowers the priority of a MASTER, but a BACKUP with nopreempt leaves a MASTER of lower priority alone. Without a weight a failure means FAULT, and then the BACKUP takes over.',
  'weight-clamped':
    'Effective priorities end at 1 and 254. Beyond that weights are lost, and two routers at the end are equal.',
  'unusable-address': 'The address is not one that a host can have.',
  'address-is-source':
    'Advertisements are to come from, or go to, an address that is there on the MASTER only.',
  'untracked-script': 'No instance and no group tracks this script, so it is never run.',
  'no-shell':
    'Commands are started without a shell: pipes, redirections, && and variables are passed to the program as words. Put them into a script file, or run sh -c.',
  'insecure-script':
    'Somebody other than root can replace this program, or a directory above it, and what runs it runs as root.',
  'no-recipients': 'smtp_alert asks for mails, and notification_email names nobody.',
  'uneven-group':
    'Members of a sync group change state together, so they need the same priority and the same preemption on each router.',
  'weight-ignored':
    'The schedulers rr, lc and dh ask of a weight only whether it is 0. Their weighted brothers are wrr, wlc and sh.',
  'no-weight':
    'A server of weight 0 gets no new connections; with no other weight the service answers nobody.',
  'quorum-unreachable':
    'Once lost, a quorum is reached again at quorum + hysteresis, in units of weight. All servers together weigh less.',
  'quorum-unused':
    'Below its quorum a virtual server changes to the sorry_server and runs quorum_down. Without either the servers that are left go on.',
  'quorum-lasting':
    'A server without checks is always up: where its weight is enough for the quorum, that is never lost.',
  'sticky-dead-server':
    'inhibit_on_failure gives a dead server weight 0 and keeps it in the table. Clients that persistence has sent there before are sent there again, and each attempt renews that, unless net.ipv4.vs.expire_quiescent_template is 1.',
  'threshold-order':
    'The kernel refuses a server whose lthreshold is above its uthreshold: it is never in the table.',
  'unchecked-server':
    'Nothing finds out whether the server answers: it gets connections also when it is dead. vrrpd speaks no BFD, so that BFD_CHECK finds out nothing either.',
  'slow-check': 'A program that hangs is ended after misc_timeout, and the next check waits for it.',
  'dynamic-weight':
    'With misc_dynamic the exit code of a check is a weight: 0 the one of the file, 1 the server has failed, 2 to 255 the code less 2.',
  'unverified-certificate':
    'SSL_GET takes any certificate, self-signed, expired, or of another name, as keepalived does; SSL { ca } changes nothing. digest, status_code and regex are what tells a right answer.',
  'unheld-address':
    'A virtual server answers only where a host has its address. Put it into virtual_ipaddress of a vrrp_instance, so that it moves to the host that is MASTER.',
  'server-off-link':
    'With DR the director sends the packet as it is to the MAC address of the server, which must be on the same link. Behind a router only TUN and NAT reach it.',
  'director-as-server':
    'With DR a packet arrives at the server with the virtual address, and a director that has the same virtual server in its table balances it again, perhaps back to where it came from.',
  'peer-matched': 'Which instances of the two files were compared, and why.',
  'peer-missing':
    'A virtual router is in one of the two files only: when that host fails, nobody takes its addresses.',
  'peer-vrid':
    'Routers with different virtual_router_ids do not hear each other: both become MASTER of the same addresses.',
  'peer-version':
    'VRRP version 2 and 3 do not understand each other: both routers reject what they hear and become MASTER.',
  'peer-authentication':
    'Authentication has to be the same on both routers; otherwise both reject what they hear and become MASTER.',
  'peer-interval':
    'In version 2 adverts with another advert_int are rejected: both routers become MASTER. In version 3 the MASTER’s interval is learned.',
  'peer-checksum':
    'The two make the checksums of version 3 differently, and one of them rejects what it hears: both become MASTER. vrrpd itself accepts the one that RFC 9568 has, whatever the file says.',
  'peer-addresses':
    'The virtual addresses differ. keepalived before 2.3.3 rejects such adverts, so both routers become MASTER; later versions and vrrpd accept them, and addresses are missing after a takeover.',
  'peer-transport':
    'Multicast with unicast, another multicast group, or a peer that is not listed: one router does not hear the other and becomes MASTER, too.',
  'peer-priority':
    'With equal priorities the higher IP address decides between two MASTERs; two owners (255) never agree at all.',
  'peer-preempt':
    'nopreempt and preempt_delay concern the router of higher priority that comes back; on the other one they do nothing.',
  'peer-weight':
    'Even if all weighted trackers of the higher router fail, its priority does not fall below the other one’s: nothing moves.',
  'peer-mac':
    'With use_vmac on one router only, the MAC address of the virtual addresses changes at every takeover.',
  'peer-routes': 'The virtual routes differ: after a takeover some are missing.',
  'peer-group':
    'Sync groups that differ, or whose members disagree about which router is higher: instances move apart, or neither router preempts the other.',
  'peer-virtual-server':
    'Both directors have to serve the same virtual servers by the same real servers: after a takeover clients get what the other file says.',
  'peer-sync-daemon':
    'The sync daemon tells the BACKUP the connections of the MASTER. Both need one id, port and group, and interfaces on one link.',
  'story-syntax':
    'A line of a story has one event, `at 10s kill a`; the message says how this one is written.',
  'story-time': 'Times in a story count from its beginning and have units: 250ms, 1.5s, 2m, 1m30s.',
  'story-name':
    'A story speaks of a host, an interface, a script or an address that none of the configurations has. A word that is a name and means something else, too, needs double quotes.',
  'unreadable-file': 'The configuration file cannot be read.',
}
