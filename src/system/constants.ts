/** Linux's numbers, the same on every architecture Node supports. Names as in the C headers. */

// <sys/socket.h>
export const AF_UNIX = 1
export const AF_INET = 2
export const AF_INET6 = 10
export const AF_NETLINK = 16
export const AF_PACKET = 17
export const SOCK_STREAM = 1
export const SOCK_DGRAM = 2
export const SOCK_RAW = 3
export const SOL_SOCKET = 1
export const SO_REUSEADDR = 2
export const SO_ERROR = 4
export const SO_SNDBUF = 7
export const SO_RCVBUF = 8
export const SO_PRIORITY = 12
export const SO_BINDTODEVICE = 25
export const SO_SNDBUFFORCE = 32
export const SO_RCVBUFFORCE = 33
export const SO_TIMESTAMPNS = 35
export const SO_MARK = 36
export const MSG_DONTROUTE = 4

// <linux/if_packet.h>, <linux/if_ether.h>
export const SOL_PACKET = 263
export const PACKET_IGNORE_OUTGOING = 23
export const ETH_P_ALL = 3

// <netinet/in.h>
export const IPPROTO_IP = 0
export const IPPROTO_ICMP = 1
export const IPPROTO_UDP = 17
export const IPPROTO_IPV6 = 41
export const IPPROTO_ICMPV6 = 58
export const IPPROTO_RAW = 255
export const IP_PKTINFO = 8
export const IP_RECVERR = 11
export const IP_RECVTTL = 12
export const IPV6_RECVERR = 25
export const IPV6_ADD_MEMBERSHIP = 20
export const IPV6_MULTICAST_IF = 17
export const IPV6_MULTICAST_LOOP = 19
export const IPV6_MULTICAST_ALL = 29
export const IPV6_RECVHOPLIMIT = 51
export const IP_MULTICAST_IF = 32
export const IP_MULTICAST_LOOP = 34
export const IP_ADD_MEMBERSHIP = 35
export const IP_MULTICAST_ALL = 49

// <linux/netlink.h>
export const NETLINK_ROUTE = 0
export const NETLINK_GENERIC = 16
export const SOL_NETLINK = 270
export const NETLINK_ADD_MEMBERSHIP = 1
export const NETLINK_CAP_ACK = 10
export const NETLINK_EXT_ACK = 11
