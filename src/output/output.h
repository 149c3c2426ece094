/* SPDX-License-Identifier: MIT */
/*
 * Entries as bytes: one interface, one file a format. A format prints what is
 * present in the model and nothing else.
 */
#ifndef OUTPUT_OUTPUT_H
#define OUTPUT_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/writer.h"
#include "flow/expectation.h"
#include "flow/flow.h"
#include "flow/labels.h"
#include "flow/stats.h"
#include "flow/view.h"

/* -o words that are not formats by themselves. */
enum output_flag {
	OUTPUT_EXTENDED = 1 << 0,
	OUTPUT_TIMESTAMP = 1 << 1,
	OUTPUT_ID = 1 << 2,
	OUTPUT_KTIMESTAMP = 1 << 3,
	OUTPUT_LABELS = 1 << 4,
	OUTPUT_USERSPACE = 1 << 5, /* taken, and changes nothing: as in 1.4.9 */
	OUTPUT_FULL = 1 << 6,      /* of save: TCP windows that the kernel follows, too */
	OUTPUT_RECEIVED = 1 << 7,  /* when an event was read, whatever time the kernel gave it */
	OUTPUT_OVER = 1 << 8,      /* of save: a mark of 0, too, as the entry may have come again */
};

/* What the records are: decides head and foot, and the command word of save. */
enum output_subject {
	SUBJECT_LIST,   /* -L, -G, -U: entries as they are; save writes -A */
	SUBJECT_DELETE, /* -D: entries that were; save writes -D */
	SUBJECT_EVENTS, /* -E: save writes -A, -U, -D by event */
};

enum event_type { EVENT_NONE, EVENT_NEW, EVENT_UPDATE, EVENT_DESTROY };

/* How it is known: by its own event, or by comparing with the whole table. */
enum event_source { EVENT_LIVE, EVENT_SNAPSHOT, EVENT_RESYNC };

/* What is known of an event besides its entry. */
struct event {
	enum event_type type;
	enum event_source source;
	struct timespec received; /* CLOCK_REALTIME */
	uint32_t port;            /* netlink port of who caused it; 0: the kernel itself */
	const char *program;      /* name of the process behind port, or NULL */
};

/* Events that were lost: how many, in how many overruns of the receive buffer, and when. */
struct gap {
	struct timespec since, until; /* CLOCK_REALTIME */
	uint64_t overruns;
	uint64_t lost;
	bool lost_known; /* not all kernels count them */
};

struct output;
struct summary;

/*
 * Names for addresses and ports, looked up elsewhere while the output goes on.
 * A name is text of letters, digits and "-._"; NULL: there is none, or it is
 * not known yet.
 */
struct names {
	/* Begin to look an address up. */
	void (*want)(struct names *names, uint8_t family, const union address *address);
	/* Until all is found that was wanted, or it took too long. */
	void (*wait)(struct names *names);
	const char *(*address)(struct names *names, uint8_t family, const union address *address);
	/* protocol 0: of any. */
	const char *(*port)(struct names *names, uint8_t protocol, uint16_t port);
};

/* A format. begin, end and gap may be NULL. */
struct output_format {
	const char *name; /* word of -o; "" for the default text */
	void (*begin)(struct output *o);
	void (*flow)(struct output *o, const struct flow *flow, const struct event *event);
	void (*expectation)(
		struct output *o, const struct expectation *e, const struct event *event);
	void (*gap)(struct output *o, const struct gap *gap);
	void (*end)(struct output *o);
	void (*stats)(struct output *o, const struct stats *stats);
	void (*count)(struct output *o, uint64_t entries);
	void (*summary)(struct output *o, const struct summary *summary); /* or NULL: it has none */
};

extern const struct output_format output_text;
extern const struct output_format output_xml;
extern const struct output_format output_save;
extern const struct output_format output_json;
extern const struct output_format output_table;
extern const struct output_format output_csv;

struct output {
	const struct output_format *format;
	struct writer *writer;
	unsigned flags; /* enum output_flag */
	enum output_subject subject;
	bool expectations;              /* records are expectations */
	const struct label_map *labels; /* NULL: no list */
	const struct view *view;        /* columns and manner; NULL: the usual ones */
	struct names *names;            /* NULL: numbers are not resolved */
	const char *netns;              /* the namespace of counts and counters; NULL: not said */
	time_t now;                     /* for delta-time; 0: the clock is asked, once */
	uint64_t moment;                /* the same in nanoseconds, for ages */
	bool begun;                     /* something was printed (head included) */
	uint64_t records;
};

/*
 * Print one record; event is NULL for an entry of a list. The first one prints
 * the format's head (so that nothing at all is printed for an empty list), and
 * output_end() prints its foot if there was a head.
 */
void output_flow(struct output *o, const struct flow *flow, const struct event *event);
void output_expectation(struct output *o, const struct expectation *e, const struct event *event);
void output_end(struct output *o);

/* Groups of flows (output/summary.h); the format must have a summary. */
void output_summary(struct output *o, const struct summary *summary);

/* Between two events: some were lost. It is no record. */
void output_gap(struct output *o, const struct gap *gap);

/* The output goes on in another file: a foot here, and a head before the next record. */
void output_continue(struct output *o);

/* -S and -C. */
void output_stats(struct output *o, const struct stats *stats);
void output_count(struct output *o, uint64_t entries);

#endif
