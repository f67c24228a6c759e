/*
 * parameter_ipc - parameters whose meaning depends on a command: of semop, ptrace, keyctl
 * and quotactl.
 */
#ifndef PROBE_PARAMETER_IPC_H
#define PROBE_PARAMETER_IPC_H

#include "probe/pieces.h"

void parameter_ipc_semaphore(struct text *out, const struct pieces *k, size_t i,
			     const struct take *t);
void parameter_ipc_ptrace(struct text *out, const struct pieces *k, size_t i,
			  const struct take *t);
void parameter_ipc_keyctl(struct text *out, const struct pieces *k, size_t i,
			  const struct take *t);
void parameter_ipc_quota(struct text *out, const struct pieces *k, size_t i,
			 const struct take *t, enum param_kind kind);

#endif
