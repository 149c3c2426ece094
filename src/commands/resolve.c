/* SPDX-License-Identifier: MIT */
#include "commands/resolve.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "flow/protocol.h"

/* Addresses that are looked up; a power of two, twice as many slots. */
#define HOSTS      4096
#define HOST_SLOTS (2 * HOSTS)

#define THREADS      16
#define STACK_SIZE   (256 * 1024)
#define NAME_SIZE    254 /* the longest name of DNS (RFC 1035, 2.3.4) and its NUL */
#define PORTS        1024
#define SERVICE_SIZE 40

/* How long the output waits for names: at one time, and in all. */
#define WAIT_ONCE  2000
#define WAIT_TOTAL 5000

enum host_state { HOST_WANTED, HOST_FOUND, HOST_NAMELESS };

struct host {
	union address address;
	uint8_t family;
	uint8_t state; /* under the lock */
	char name[NAME_SIZE];
};

struct service {
	uint16_t port;
	uint8_t protocol;
	bool known;
	char name[SERVICE_SIZE]; /* "": it has none */
};

/*
 * Hosts are added by the output alone and never moved. A thread takes the next
 * one that nobody has taken; its name is written before its state.
 */
struct resolver {
	struct names names;
	pthread_mutex_t lock;
	pthread_cond_t added;
	pthread_cond_t answered;
	unsigned count;
	unsigned taken;
	unsigned done;
	long waited;               /* milliseconds */
	uint16_t slot[HOST_SLOTS]; /* 1 + the host */
	struct host host[HOSTS];
	struct service service[PORTS];
};

/* --- threads ---------------------------------------------------------- */

static socklen_t socket_address(const struct host *host, struct sockaddr_storage *out)
{
	struct sockaddr_in *ipv4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	out->ss_family = host->family;
	if (host->family == AF_INET) {
		memcpy(&ipv4->sin_addr, host->address.bytes, sizeof(ipv4->sin_addr));
		return sizeof(*ipv4);
	}
	memcpy(&ipv6->sin6_addr, host->address.bytes, sizeof(ipv6->sin6_addr));
	return sizeof(*ipv6);
}

/* Whoever owns an address says what its name is: only what a host may be called. */
static bool is_name(const char *name)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";

	return *name != '\0' && name[strspn(name, allowed)] == '\0';
}

static enum host_state look_up(struct host *host)
{
	struct sockaddr_storage address;
	socklen_t length = socket_address(host, &address);

	if (getnameinfo((struct sockaddr *)&address, length, host->name, sizeof(host->name), NULL,
		    0, NI_NAMEREQD) != 0 ||
		!is_name(host->name))
		return HOST_NAMELESS;
	return HOST_FOUND;
}

static void *work(void *data)
{
	struct resolver *r = data;

	pthread_mutex_lock(&r->lock);
	for (;;) {
		struct host *host;
		enum host_state state;

		while (r->taken == r->count)
			pthread_cond_wait(&r->added, &r->lock);
		host = &r->host[r->taken++];
		pthread_mutex_unlock(&r->lock);
		state = look_up(host);
		pthread_mutex_lock(&r->lock);
		host->state = (uint8_t)state;
		r->done++;
		pthread_cond_signal(&r->answered);
	}
	return NULL;
}

/* As many as there can be; whether there is one. Signals are for the thread that prints. */
static bool start_threads(struct resolver *r)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	pthread_t thread;
	unsigned started = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_attr_init(&attributes) == 0) {
		pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
		pthread_attr_setstacksize(&attributes, STACK_SIZE);
		for (unsigned i = 0; i < THREADS; i++)
			started += pthread_create(&thread, &attributes, work, r) == 0;
		pthread_attr_destroy(&attributes);
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started > 0;
}

/* --- addresses -------------------------------------------------------- */

/* Where the address is, or where it would be. */
static uint16_t *slot_of(struct resolver *r, uint8_t family, const union address *address)
{
	uint64_t hash = (address->halves[0] ^ family) * UINT64_C(0x9e3779b97f4a7c15);

	hash = (hash ^ hash >> 32 ^ address->halves[1]) * UINT64_C(0xbf58476d1ce4e5b9);
	for (unsigned i = (hash >> 32) % HOST_SLOTS;; i = (i + 1) % HOST_SLOTS) {
		uint16_t *slot = &r->slot[i];
		const struct host *host;

		if (*slot == 0)
			return slot;
		host = &r->host[*slot - 1];
		if (host->family == family && address_equal(&host->address, address))
			return slot;
	}
}

static void want(struct names *names, uint8_t family, const union address *address)
{
	struct resolver *r = (struct resolver *)names;
	uint16_t *slot = slot_of(r, family, address);
	struct host *host;

	if (*slot != 0 || r->count == HOSTS)
		return;
	host = &r->host[r->count];
	host->family = family;
	host->address = *address;
	pthread_mutex_lock(&r->lock);
	*slot = (uint16_t)++r->count;
	pthread_cond_signal(&r->added);
	pthread_mutex_unlock(&r->lock);
}

static struct timespec after(const struct timespec *start, long milliseconds)
{
	struct timespec end = {
		.tv_sec = start->tv_sec + milliseconds / 1000,
		.tv_nsec = start->tv_nsec + milliseconds % 1000 * 1000000,
	};

	if (end.tv_nsec >= (long)NANOSECONDS) {
		end.tv_sec++;
		end.tv_nsec -= (long)NANOSECONDS;
	}
	return end;
}

static void wait_for_all(struct names *names)
{
	struct resolver *r = (struct resolver *)names;
	long left = WAIT_TOTAL - r->waited;
	struct timespec start, now, end;
	int error = 0;

	if (left <= 0)
		return;
	clock_gettime(CLOCK_MONOTONIC, &start);
	end = after(&start, left < WAIT_ONCE ? left : WAIT_ONCE);
	pthread_mutex_lock(&r->lock);
	while (r->done < r->count && error == 0)
		error = pthread_cond_timedwait(&r->answered, &r->lock, &end);
	pthread_mutex_unlock(&r->lock);
	clock_gettime(CLOCK_MONOTONIC, &now);
	r->waited += (now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000;
}

static const char *name_of_address(
	struct names *names, uint8_t family, const union address *address)
{
	struct resolver *r = (struct resolver *)names;
	uint16_t slot = *slot_of(r, family, address);
	enum host_state state;

	if (slot == 0)
		return NULL;
	pthread_mutex_lock(&r->lock);
	state = (enum host_state)r->host[slot - 1].state;
	pthread_mutex_unlock(&r->lock);
	return state == HOST_FOUND ? r->host[slot - 1].name : NULL;
}

/* --- ports ------------------------------------------------------------ */

/* The list of services is a file that is read anew each time: what it said is kept. */
static const char *name_of_port(struct names *names, uint8_t protocol, uint16_t port)
{
	struct resolver *r = (struct resolver *)names;
	struct service *service = &r->service[(port ^ protocol << 6) % PORTS];
	const struct protocol *row = protocol_by_number(protocol);
	const struct servent *found;

	if (!service->known || service->port != port || service->protocol != protocol) {
		found = getservbyport(htons(port), row != NULL ? row->name : NULL);
		*service = (struct service){.port = port, .protocol = protocol, .known = true};
		if (found != NULL && strlen(found->s_name) < SERVICE_SIZE && is_name(found->s_name))
			memcpy(service->name, found->s_name, strlen(found->s_name) + 1);
	}
	return service->name[0] != '\0' ? service->name : NULL;
}

struct names *resolve_start(void)
{
	/* Threads may be in it until the very end, so it is never freed. */
	struct resolver *r = calloc(1, sizeof(*r));
	pthread_condattr_t attributes;

	if (r == NULL)
		return NULL;
	r->names = (struct names){want, wait_for_all, name_of_address, name_of_port};
	if (pthread_condattr_init(&attributes) != 0 ||
		pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) != 0 ||
		pthread_cond_init(&r->answered, &attributes) != 0 ||
		pthread_cond_init(&r->added, NULL) != 0 ||
		pthread_mutex_init(&r->lock, NULL) != 0 || !start_threads(r)) {
		free(r);
		return NULL;
	}
	pthread_condattr_destroy(&attributes);
	return &r->names;
}
