/** What the daemon and the child that serves its virtual servers have agreed on before they can talk. Pure. */

/** The child is this program with this first word, before its parent's own options. Not for people. */
export const CHILD_WORD = 'lvs-child'

/** An environment variable: where relative paths among the options begin, since a daemon in the background leaves it. */
export const DIRECTORY_VARIABLE = 'VRRPD_STARTED_IN'
