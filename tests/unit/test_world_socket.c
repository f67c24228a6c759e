/* Sockets: their kinds, their ends, and which side is ours. */
#include "engine/world/world.h"

#include "engine/base/mem.h"
#include "tests/lib/check.h"
#include "tests/lib/stage.h"

enum { UNIX = 1, INET = 2, INET6 = 10, NETLINK = 16, STREAM = 1, DGRAM = 2, RAW = 3 };
#define SOCK_CLOEXEC_ 02000000

static void
begin(struct stage *s)
{
	stage_init(s, NULL, NULL);
	stage_iface(s, "10.0.0.1", "255.255.255.0");
	stage_proc(s, 10, 10, 1, "net");
	stage_tick(s);
}

static void
make(struct stage *s, int64_t num, int64_t family, int64_t type, int64_t proto)
{
	stage_event(s, 10, EV_SOCKET_X, scap_num(num), scap_num(family), scap_num(type),
		    scap_num(proto));
}

static void
test_socket(void)
{
	static const struct {
		int64_t family, type, proto;
		enum fd_kind kind;
		enum l4_proto l4;
	} cases[] = {
		{ INET, STREAM, 0, FD_IPV4, L4_TCP }, { INET, DGRAM, 0, FD_IPV4, L4_UDP },
		{ INET6, STREAM | 04000, 0, FD_IPV6, L4_TCP },
		{ INET6, DGRAM, 17, FD_IPV6, L4_UDP }, { INET, RAW, 1, FD_IPV4, L4_RAW },
		{ INET, DGRAM, 1, FD_IPV4, L4_ICMP },
		{ UNIX, STREAM, 0, FD_UNIX, L4_UNKNOWN },
		{ NETLINK, RAW, 0, FD_NETLINK, L4_UNKNOWN },
		{ 17, RAW, 0, FD_UNKNOWN, L4_UNKNOWN },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct stage s;
		const struct descriptor *fd;

		begin(&s);
		make(&s, 3, cases[i].family, cases[i].type, cases[i].proto);
		fd = stage_fd_of(&s, 10, 3);
		CHECK(fd && fd->kind == cases[i].kind && fd->l4 == cases[i].l4 && !fd->cloexec,
		      "socket %zu: its kind", i);
		CHECK_STR(stage_fd_name(&s, 10, 3), "", "socket %zu: no name yet", i);
		make(&s, 3, cases[i].family, cases[i].type | SOCK_CLOEXEC_, cases[i].proto);
		CHECK(stage_fd_of(&s, 10, 3)->cloexec, "socket %zu: SOCK_CLOEXEC", i);
		stage_fini(&s);
	}
}

static void
test_connect(void)
{
	static const struct {
		const char *what;
		int64_t res;
		struct {
			const char *from;
			uint16_t from_port;
			const char *to;
			uint16_t to_port;
		} t;
		const char *want;
	} cases[] = {
		{ "IPv4", 0, { "10.0.0.5", 4000, "10.0.0.9", 80 }, "10.0.0.5:4000->10.0.0.9:80" },
		{ "under way", -115, { "10.0.0.5", 4000, "10.0.0.9", 80 },
		  "10.0.0.5:4000->10.0.0.9:80" },
		{ "refused", -111, { "10.0.0.5", 4000, "10.0.0.9", 80 }, "" },
		{ "IPv6", 0, { "2001:db8::1", 4000, "2001:db8::2", 80 },
		  "2001:db8::1:4000->2001:db8::2:80" },
		{ "mapped", 0, { "::ffff:10.0.0.5", 4000, "::ffff:10.0.0.9", 80 },
		  "10.0.0.5:4000->10.0.0.9:80" },
		{ "from nowhere", 0, { "0.0.0.0", 4000, "10.0.0.9", 80 },
		  "10.0.0.1:4000->10.0.0.9:80" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct stage s;
		const struct descriptor *fd;
		struct scap_value t = scap_tuple(cases[i].t.from, cases[i].t.from_port,
						 cases[i].t.to, cases[i].t.to_port);

		begin(&s);
		make(&s, 3, INET, STREAM, 0);
		stage_event(&s, 10, EV_CONNECT_X, scap_num(cases[i].res), t, scap_num(3));
		fd = stage_fd_of(&s, 10, 3);
		CHECK_STR(stage_fd_name(&s, 10, 3), cases[i].want, "connect, %s", cases[i].what);
		CHECK(fd->connected == !!*cases[i].want, "connect, %s: connected", cases[i].what);
		CHECK((fd->role == ROLE_CLIENT) == !!*cases[i].want, "connect, %s: role",
		      cases[i].what);
		stage_event(&s, 10, EV_CONNECT_E, scap_num(3), scap_addr("10.0.0.9", 80));
		stage_event(&s, 10, EV_CONNECT_X, scap_num(cases[i].res), t);
		CHECK_STR(stage_fd_name(&s, 10, 3), cases[i].want, "connect in two, %s",
			  cases[i].what);
		stage_fini(&s);
	}
}

static void
test_connect_odd(void)
{
	struct stage s;

	begin(&s);
	stage_event(&s, 10, EV_CONNECT_X, scap_num(0),
		    scap_tuple("10.0.0.5", 1, "10.0.0.9", 80), scap_num(3));
	CHECK(!stage_fd_of(&s, 10, 3) && s.m->fd_num == 3, "of an unknown one: it stays so");
	make(&s, 3, INET, STREAM, 0);
	stage_event(&s, 10, EV_CONNECT_E, scap_num(3), scap_addr("10.0.0.9", 80));
	stage_event(&s, 10, EV_CONNECT_X, scap_num(0));
	CHECK_STR(stage_fd_name(&s, 10, 3), "10.0.0.1:0->10.0.0.9:80",
		  "only the start tells where to");
	/* The address was changed while the call ran. */
	stage_event(&s, 10, EV_CONNECT_E, scap_num(3), scap_addr("10.0.0.7", 443));
	stage_event(&s, 10, EV_CONNECT_X, scap_num(0),
		    scap_tuple("10.0.0.5", 1, "10.0.0.66", 66), scap_num(3),
		    scap_addr("10.0.0.66", 66));
	CHECK_STR(stage_fd_name(&s, 10, 3), "10.0.0.5:1->10.0.0.7:443",
		  "what was asked for counts");
	make(&s, 4, UNIX, STREAM, 0);
	stage_event(&s, 10, EV_CONNECT_X, scap_num(0), scap_unix_tuple(0xAB, 0xCD, "/run/x"),
		    scap_num(4));
	CHECK_STR(stage_fd_name(&s, 10, 4), "ab->cd /run/x", "a unix socket");
	stage_fini(&s);
}

static void
test_bind(void)
{
	struct stage s;
	const struct descriptor *fd;

	begin(&s);
	make(&s, 3, INET6, STREAM, 0);
	stage_event(&s, 10, EV_BIND_X, scap_num(0), scap_addr("::", 80), scap_num(3));
	fd = stage_fd_of(&s, 10, 3);
	CHECK(fd->kind == FD_IPV6_SERVER && fd->role == ROLE_SERVER, "a server of IPv6");
	CHECK_STR(stage_fd_name(&s, 10, 3), ":::80", "its name");
	make(&s, 4, INET6, STREAM, 0);
	stage_event(&s, 10, EV_BIND_E, scap_num(4));
	stage_event(&s, 10, EV_BIND_X, scap_num(0), scap_addr("::ffff:10.0.0.1", 81));
	CHECK(stage_fd_of(&s, 10, 4)->kind == FD_IPV4_SERVER, "a mapped address is IPv4");
	CHECK_STR(stage_fd_name(&s, 10, 4), "10.0.0.1:81", "and has its name");
	make(&s, 5, INET, DGRAM, 0);
	stage_event(&s, 10, EV_BIND_X, scap_num(0), scap_addr("10.0.0.1", 0), scap_num(5));
	fd = stage_fd_of(&s, 10, 5);
	CHECK(fd->kind == FD_IPV4 && fd->role == ROLE_UNKNOWN, "any port: nobody's server");
	stage_event(&s, 10, EV_SENDTO_X, scap_num(3), scap_empty(), scap_num(5), scap_num(3),
		    scap_tuple("10.0.0.1", 4444, "10.0.0.2", 53));
	CHECK_STR(stage_fd_name(&s, 10, 5), "10.0.0.1:4444->10.0.0.2:53", "but a client");
	make(&s, 6, INET, STREAM, 0);
	stage_event(&s, 10, EV_BIND_X, scap_num(-98), scap_addr("10.0.0.1", 80), scap_num(6));
	CHECK(stage_fd_of(&s, 10, 6)->kind == FD_IPV4, "a bind that failed");
	make(&s, 7, UNIX, STREAM, 0);
	stage_event(&s, 10, EV_BIND_X, scap_num(0), scap_unix_addr("/run/s"), scap_num(7));
	CHECK_STR(stage_fd_name(&s, 10, 7), "/run/s", "a unix socket");
	stage_fini(&s);
}

static void
test_accept(void)
{
	struct stage s;
	const struct descriptor *fd;

	begin(&s);
	stage_event(&s, 10, EV_ACCEPT_5_X, scap_num(7),
		    scap_tuple("10.0.0.9", 4000, "10.0.0.1", 80), scap_num(0));
	fd = stage_fd_of(&s, 10, 7);
	CHECK(fd && fd->role == ROLE_SERVER && fd->connected && fd->l4 == L4_TCP, "accept");
	CHECK(s.m->fd == fd && s.m->fd_num == 7, "it shows what it made");
	CHECK_STR(stage_fd_name(&s, 10, 7), "10.0.0.9:4000->10.0.0.1:80", "client to server");
	stage_event(&s, 10, EV_ACCEPT4_6_X, scap_num(8), scap_unix_tuple(1, 2, "/run/s"),
		    scap_num(0), scap_num(0), scap_num(0), scap_num(SOCK_CLOEXEC_));
	CHECK(stage_fd_of(&s, 10, 8)->kind == FD_UNIX && stage_fd_of(&s, 10, 8)->cloexec,
	      "accept4 of a unix socket");
	stage_event(&s, 10, EV_ACCEPT4_6_X, scap_num(8), scap_empty());
	CHECK(!stage_fd_of(&s, 10, 8), "of nobody knows what: not what had the number");
	stage_event(&s, 10, EV_ACCEPT4_6_X, scap_empty(),
		    scap_tuple("10.0.0.9", 4000, "10.0.0.1", 80));
	CHECK(!stage_fd_of(&s, 10, 0), "no result is not 0");
	stage_event(&s, 10, EV_ACCEPT4_6_X, scap_num(-11),
		    scap_tuple("10.0.0.9", 4000, "10.0.0.1", 80));
	CHECK(!s.m->fd, "nobody there");
	stage_fini(&s);
}

static void
message(struct stage *s, uint16_t id, int64_t num, struct scap_value tuple)
{
	if (id == EV_SENDTO_X)
		stage_event(s, 10, id, scap_num(5), scap_empty(), scap_num(num), scap_num(5),
			    tuple);
	else
		stage_event(s, 10, id, scap_num(5), scap_empty(), tuple, scap_num(num),
			    scap_num(5));
}

/* The name is always client -> server, whoever speaks first. */
static void
test_datagrams(void)
{
	struct scap_value out = scap_tuple("10.0.0.1", 53, "10.0.0.2", 4444);
	struct scap_value in = scap_tuple("10.0.0.2", 4444, "10.0.0.1", 53);
	struct scap_value whose = scap_tuple("0.0.0.0", 0, "10.0.0.1", 53);
	static const struct {
		const char *what;
		const char *order;	/* b: bind to 53; s: send, r: receive, n: from nobody */
		const char *want;
		uint8_t role;
	} cases[] = {
		{ "a server asked", "br", "10.0.0.2:4444->10.0.0.1:53", ROLE_SERVER },
		{ "a server answers", "brs", "10.0.0.2:4444->10.0.0.1:53", ROLE_SERVER },
		{ "a server speaks first", "bs", "10.0.0.2:4444->10.0.0.1:53", ROLE_SERVER },
		{ "a client asks", "s", "10.0.0.1:53->10.0.0.2:4444", ROLE_CLIENT },
		{ "a client is answered", "sr", "10.0.0.1:53->10.0.0.2:4444", ROLE_CLIENT },
		{ "a server does not ask who", "bn", "10.0.0.1:53", ROLE_SERVER },
		{ "nor who it is now", "brn", "10.0.0.1:53", ROLE_SERVER },
		{ "and then it does", "bnr", "10.0.0.2:4444->10.0.0.1:53", ROLE_SERVER },
		{ "a client does not ask who", "sn", "10.0.0.1:53->10.0.0.2:4444", ROLE_CLIENT },
		{ "a bind was lost", "rs", "10.0.0.2:4444->10.0.0.1:53", ROLE_SERVER },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct stage s;

		begin(&s);
		make(&s, 3, INET, DGRAM, 0);
		for (const char *step = cases[i].order; *step; step++) {
			if (*step == 'b')
				stage_event(&s, 10, EV_BIND_X, scap_num(0),
					    scap_addr("0.0.0.0", 53), scap_num(3));
			else
				message(&s, *step == 's' ? EV_SENDTO_X : EV_RECVFROM_X, 3,
					*step == 's' ? out : *step == 'r' ? in : whose);
		}
		CHECK_STR(stage_fd_name(&s, 10, 3), cases[i].want, "%s", cases[i].what);
		CHECK(stage_fd_of(&s, 10, 3)->role == cases[i].role && s.m->fd,
		      "%s: role", cases[i].what);
		stage_fini(&s);
	}
}

static void
test_messages_odd(void)
{
	struct stage s;
	const struct descriptor *fd;
	uint32_t version;

	begin(&s);
	message(&s, EV_RECVFROM_X, 3, scap_tuple("10.0.0.2", 1, "10.0.0.1", 2));
	CHECK(!stage_fd_of(&s, 10, 3), "what is received says nothing of an unknown one");
	message(&s, EV_SENDTO_X, 3, scap_tuple("10.0.0.1", 1, "10.0.0.2", 2));
	fd = stage_fd_of(&s, 10, 3);
	CHECK(fd && fd->kind == FD_IPV4 && fd->l4 == L4_UDP, "what is sent makes one");
	version = fd->version;
	message(&s, EV_SENDTO_X, 3, scap_tuple("10.0.0.1", 1, "10.0.0.2", 2));
	message(&s, EV_RECVFROM_X, 3, scap_tuple("10.0.0.2", 2, "10.0.0.1", 1));
	CHECK(fd->version == version, "the same ends again change nothing");
	message(&s, EV_SENDTO_X, 3, scap_tuple("10.0.0.1", 1, "10.0.0.3", 2));
	CHECK(fd->version != version, "another peer does");
	stage_event(&s, 10, EV_SENDTO_X, scap_num(-1), scap_empty(), scap_num(3), scap_num(5),
		    scap_tuple("10.0.0.1", 1, "10.0.0.4", 2));
	CHECK_STR(stage_fd_name(&s, 10, 3), "10.0.0.1:1->10.0.0.3:2", "unless it failed");
	make(&s, 4, INET, STREAM, 0);
	stage_event(&s, 10, EV_CONNECT_X, scap_num(0), scap_tuple("10.0.0.1", 7, "10.0.0.2", 8),
		    scap_num(4));
	message(&s, EV_SENDTO_X, 4, scap_tuple("10.0.0.1", 9, "10.0.0.3", 9));
	CHECK_STR(stage_fd_name(&s, 10, 4), "10.0.0.1:7->10.0.0.2:8", "tcp has its ends");
	make(&s, 5, UNIX, DGRAM, 0);
	message(&s, EV_SENDTO_X, 5, scap_unix_tuple(1, 2, "/run/log"));
	CHECK_STR(stage_fd_name(&s, 10, 5), "/run/log", "a unix socket has a path");
	version = stage_fd_of(&s, 10, 5)->version;
	message(&s, EV_SENDTO_X, 5, scap_unix_tuple(1, 2, "/run/log"));
	CHECK(stage_fd_of(&s, 10, 5)->version == version, "the same path changes nothing");
	stage_event(&s, 10, EV_SOCKETPAIR_X, scap_num(0), scap_num(6), scap_num(7),
		    scap_num(0x10), scap_num(0x20), scap_num(1), scap_num(1 | SOCK_CLOEXEC_));
	CHECK(stage_fd_of(&s, 10, 6)->tuple.unix_src == 0x10 &&
	      stage_fd_of(&s, 10, 7)->tuple.unix_src == 0x20 && stage_fd_of(&s, 10, 7)->cloexec,
	      "socketpair");
	stage_fini(&s);
}

static void
test_udp_server_connects(void)
{
	struct stage s;

	begin(&s);
	make(&s, 3, INET, DGRAM, 0);
	stage_event(&s, 10, EV_BIND_X, scap_num(0), scap_addr("10.0.0.1", 53), scap_num(3));
	stage_event(&s, 10, EV_CONNECT_X, scap_num(0), scap_tuple("10.0.0.1", 53, "10.0.0.2", 9),
		    scap_num(3));
	CHECK_STR(stage_fd_name(&s, 10, 3), "10.0.0.2:9->10.0.0.1:53", "it is still the server");
	CHECK(stage_fd_of(&s, 10, 3)->role == ROLE_SERVER, "by its role");
	make(&s, 4, INET, STREAM, 0);
	stage_event(&s, 10, EV_BIND_X, scap_num(0), scap_addr("10.0.0.1", 1023), scap_num(4));
	stage_event(&s, 10, EV_CONNECT_X, scap_num(0),
		    scap_tuple("10.0.0.1", 1023, "10.0.0.2", 514), scap_num(4));
	CHECK_STR(stage_fd_name(&s, 10, 4), "10.0.0.1:1023->10.0.0.2:514",
		  "who connects by tcp is a client");
	stage_fini(&s);
}

/* 10.0.0.HOST:PORT; host 0 is all zeroes. */
struct end {
	uint8_t host;
	uint16_t port;
};

static void
list_inet(struct stage *s, int64_t num, enum fd_kind kind, struct end src, struct end dst)
{
	stage_fd_record(s, &(struct fd_record){
		.tid = 10, .fd = num, .kind = (uint8_t)kind, .l4 = L4_TCP,
		.src_ip = { src.host ? 10 : 0, 0, 0, src.host }, .src_port = src.port,
		.dst_ip = { dst.host ? 10 : 0, 0, 0, dst.host }, .dst_port = dst.port,
		.name = scap_span(""),
	});
}

static void
test_listed(void)
{
	struct stage s;
	struct fd_record six = {
		.tid = 10, .fd = 6, .kind = FD_IPV6, .l4 = L4_TCP,
		.src_ip = { [10] = 0xFF, 0xFF, 10, 0, 0, 1 }, .src_port = 4000,
		.dst_ip = { [10] = 0xFF, 0xFF, 10, 0, 0, 2 }, .dst_port = 443,
		.name = scap_span(""),
	};

	begin(&s);
	list_inet(&s, 3, FD_IPV4, (struct end){ 1, 80 }, (struct end){ 9, 4000 });
	list_inet(&s, 4, FD_IPV4_SERVER, (struct end){ 1, 80 }, (struct end){ 0, 0 });
	list_inet(&s, 5, FD_IPV4, (struct end){ 0, 5000 }, (struct end){ 9, 80 });
	stage_fd_record(&s, &six);
	stage_fd(&s, 10, 7, FD_UNIX, "/run/s");
	stage_fd(&s, 10, 8, FD_UNIX, "");
	world_settle(s.world);
	CHECK_STR(stage_fd_name(&s, 10, 3), "10.0.0.9:4000->10.0.0.1:80", "a port that is served");
	CHECK(stage_fd_of(&s, 10, 3)->role == ROLE_SERVER, "its role");
	CHECK_STR(stage_fd_name(&s, 10, 4), "10.0.0.1:80", "who serves it");
	CHECK_STR(stage_fd_name(&s, 10, 5), "10.0.0.1:5000->10.0.0.9:80", "an end of zeroes");
	CHECK(stage_fd_of(&s, 10, 5)->role == ROLE_CLIENT, "a client");
	CHECK_STR(stage_fd_name(&s, 10, 6), "10.0.0.1:4000->10.0.0.2:443", "mapped ends");
	CHECK(stage_fd_of(&s, 10, 7)->role == ROLE_SERVER &&
	      stage_fd_of(&s, 10, 8)->role == ROLE_CLIENT, "unix sockets by their paths");
	list_inet(&s, 9, FD_IPV4, (struct end){ 1, 80 }, (struct end){ 8, 4000 });
	stage_tick(&s);
	CHECK_STR(stage_fd_name(&s, 10, 9), "10.0.0.8:4000->10.0.0.1:80", "one listed late");
	CHECK_STR(stage_fd_name(&s, 10, 3), "10.0.0.9:4000->10.0.0.1:80",
		  "turns no other round again");
	stage_fini(&s);
}

int
main(void)
{
	test_socket();
	test_connect();
	test_connect_odd();
	test_bind();
	test_accept();
	test_datagrams();
	test_messages_odd();
	test_udp_server_connects();
	test_listed();
	return check_done();
}
