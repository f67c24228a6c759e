/*
 * sockets - the sockets of each network namespace, by inode, from /proc.
 */
#ifndef PROBE_SOCKETS_H
#define PROBE_SOCKETS_H

#include <stdbool.h>
#include <stdint.h>

struct fd_record;
struct sockets;

/* The caller owns it. */
struct sockets *sockets_new(void);

/* NULL is fine. */
void sockets_free(struct sockets *s);

/* Set kind, protocol and ends of *FD, whose inode is known, from the namespace of
 * process PID, which is read when it is met for the first time. What it tells is
 * borrowed as long as S lives. False when no such socket is listed. */
bool sockets_find(struct sockets *s, int64_t pid, struct fd_record *fd);

#endif
