/* SPDX-License-Identifier: MIT */
/*
 * A transport that answers out of a recording (seams/recording.h), without a
 * kernel and without privilege:
 *
 * - each dump or get is answered by the whole recording, sequence and port
 *   rewritten to fit; a get that finds no ACK in it gets one at its end, a
 *   dump without an end mark finds the connection closed;
 * - each change is acknowledged and nothing is done;
 * - once a multicast group is joined, the recording comes as events; at its
 *   end a receive that waits is interrupted as by a signal.
 */
#ifndef SEAMS_TRANSPORT_REPLAY_H
#define SEAMS_TRANSPORT_REPLAY_H

/*
 * The recording that sockets opened from now on replay; NULL (as at first):
 * the one that the environment variable CONNTRACK_REPLAY names.
 */
void transport_replay_file(const char *path);

#endif
