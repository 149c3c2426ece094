/* SPDX-License-Identifier: MIT */
/* One question to the kernel about one entry or expectation, on the open socket for changes. */
#ifndef COMMANDS_ASK_H
#define COMMANDS_ASK_H

#include "commands/session.h"
#include "ctnetlink/packet.h"

/*
 * Look an entry up by its tuple; fn(message, data) gets it. 0, or a negative
 * errno: -ENOENT there is none, -EMSGSIZE the request was too long, what fn
 * returned, or the kernel's refusal, whose words are in *answer.
 */
int ask_flow(struct session *s, const struct flow *flow, ct_message_fn fn, void *data,
	struct ct_answer *answer);

/* How many entries there are, by the kernel's word. Likewise. */
int ask_entries(struct ct_socket *socket, uint32_t *entries, struct ct_answer *answer);

typedef int (*encode_expectation_fn)(struct packet *packet, const struct expectation *expectation);

/* What `encode` makes of the expectation in hand; fn(message, s) gets answers. Likewise. */
int ask_expectation(struct session *s, encode_expectation_fn encode, ct_message_fn fn,
	struct ct_answer *answer);

#endif
