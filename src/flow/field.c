/* SPDX-License-Identifier: MIT */
#include "flow/field.h"

#include <string.h>

const struct field fields[] = {
	{"status", "status flags", FIELD_STATUS, FLOW_STATUS, offsetof(struct flow, status)},
	{"timeout", "seconds left", FIELD_U32, FLOW_TIMEOUT, offsetof(struct flow, timeout)},
	{"state", "state of the protocol", FIELD_STATE, FLOW_STATE, offsetof(struct flow, state)},
	{"mark", "mark", FIELD_U32, FLOW_MARK, offsetof(struct flow, mark)},
	{"secmark", "security mark", FIELD_U32, FLOW_SECMARK, offsetof(struct flow, secmark)},
	{"secctx", "security context", FIELD_SLICE, FLOW_SECCTX, offsetof(struct flow, secctx)},
	{"zone", "zone of both directions", FIELD_U16, FLOW_ZONE, offsetof(struct flow, zone)},
	{"use", "reference count", FIELD_U32, FLOW_USE, offsetof(struct flow, use)},
	{"id", "id of the entry", FIELD_U32, FLOW_ID, offsetof(struct flow, id)},
	{"labels", "labels", FIELD_LABELS, FLOW_LABELS, offsetof(struct flow, labels)},
	{"helper", "helper", FIELD_TEXT, FLOW_HELPER, offsetof(struct flow, helper)},
	{"helper_info", "data of a helper in user space", FIELD_BYTES, FLOW_HELPER_INFO,
		offsetof(struct flow, helper_info)},
	{"start", "time of the first packet", FIELD_TIME, FLOW_START, offsetof(struct flow, start)},
	{"stop", "time of the end", FIELD_TIME, FLOW_STOP, offsetof(struct flow, stop)},
	{"event_time", "time of the event", FIELD_TIME, FLOW_EVENT_TIME,
		offsetof(struct flow, event_time)},
	{"role", "role of the original side, DCCP", FIELD_ROLE, FLOW_ROLE,
		offsetof(struct flow, role)},
	{"handshake_sequence", "sequence number of the handshake, DCCP", FIELD_U64, FLOW_HANDSHAKE,
		offsetof(struct flow, handshake_sequence)},
};

const size_t field_count = sizeof(fields) / sizeof(fields[0]);

const struct field *field_by_name(const char *name)
{
	for (size_t i = 0; i < field_count; i++) {
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	}
	return NULL;
}

uint64_t field_number(const struct field *field, const struct flow *flow)
{
	const void *value = field_value(field, flow);

	switch (field->type) {
	case FIELD_U8:
	case FIELD_STATE:
	case FIELD_ROLE:
		return *(const uint8_t *)value;
	case FIELD_U16:
		return *(const uint16_t *)value;
	case FIELD_U32:
	case FIELD_STATUS:
		return *(const uint32_t *)value;
	case FIELD_U64:
	case FIELD_TIME:
		return *(const uint64_t *)value;
	case FIELD_TEXT:
	case FIELD_SLICE:
	case FIELD_BYTES:
	case FIELD_LABELS:
		break;
	}
	return 0;
}

const char *field_role_name(uint8_t role)
{
	/* enum ct_dccp_roles of the kernels up to 6.14. */
	static const char *const names[] = {"client", "server"};

	return role < sizeof(names) / sizeof(names[0]) ? names[role] : NULL;
}
