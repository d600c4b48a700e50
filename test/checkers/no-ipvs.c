/*
 * Preloaded into keepalived: its IPVS commands are answered with success and go nowhere, so that its checkers run
 * where the kernel has no ip_vs. libnl's own types are not needed.
 */

enum { FINISH = 1, ACK = 5, KINDS = 8 };
typedef int callback(void *message, void *argument);

static callback *callbacks[KINDS];
static void *arguments[KINDS];

int nl_socket_modify_cb(void *socket, int type, int kind, callback *function, void *argument)
{
	(void)socket;
	(void)kind;
	if (type >= 0 && type < KINDS) {
		callbacks[type] = function;
		arguments[type] = argument;
	}
	return 0;
}

int genl_connect(void *socket)
{
	(void)socket;
	return 0;
}

int genl_ctrl_resolve(void *socket, const char *name)
{
	(void)socket;
	(void)name;
	return 40;
}

int nl_send_auto(void *socket, void *message)
{
	(void)socket;
	(void)message;
	return 20;
}

int nl_recvmsgs_default(void *socket)
{
	(void)socket;
	if (callbacks[ACK])
		callbacks[ACK](0, arguments[ACK]);
	if (callbacks[FINISH])
		callbacks[FINISH](0, arguments[FINISH]);
	return 0;
}
