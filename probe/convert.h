/*
 * convert - the kernel's constants as the capture format's.
 *
 * The format has its own numbers for flags of open(), clone(), mmap() and so
 * on. Each function takes what a program gave to the kernel. A bit that the
 * format has no name for is dropped.
 */
#ifndef PROBE_CONVERT_H
#define PROBE_CONVERT_H

#include <stdint.h>

uint64_t convert_open_flags(uint64_t raw);
uint64_t convert_cloexec_flags(uint64_t raw);	/* O_CLOEXEC and O_NONBLOCK alone, for
						 * calls without an access mode */
uint64_t convert_vfork_flags(uint64_t raw);	/* those of every vfork() */
uint64_t convert_to_zero(uint64_t raw);
uint64_t convert_clone_flags(uint64_t raw);
uint64_t convert_prot(uint64_t raw);
uint64_t convert_mmap_flags(uint64_t raw);
uint64_t convert_fcntl_command(uint64_t raw);
uint64_t convert_at_flags(uint64_t raw);	/* newfstatat */
uint64_t convert_chown_at_flags(uint64_t raw);
uint64_t convert_link_at_flags(uint64_t raw);
uint64_t convert_unlink_at_flags(uint64_t raw);
uint64_t convert_exec_at_flags(uint64_t raw);
uint64_t convert_resolve(uint64_t raw);		/* openat2 */
uint64_t convert_access(uint64_t raw);
uint64_t convert_flock(uint64_t raw);
uint64_t convert_poll_events(uint64_t raw);
uint64_t convert_rlimit(uint64_t raw);
uint64_t convert_epoll_flags(uint64_t raw);
uint64_t convert_memfd_flags(uint64_t raw);
uint64_t convert_pidfd_flags(uint64_t raw);
uint64_t convert_close_range_flags(uint64_t raw);
uint64_t convert_mount_flags(uint64_t raw);
uint64_t convert_mode(uint64_t raw);		/* permissions; type of file stays */
uint64_t convert_mknod_mode(uint64_t raw);
uint64_t convert_delete_module_flags(uint64_t raw);
uint64_t convert_semget_flags(uint64_t raw);
uint64_t convert_semop_flags(uint64_t raw);
uint64_t convert_semctl_command(uint64_t raw);
uint64_t convert_ptrace_request(uint64_t raw);
uint64_t convert_quota_command(uint64_t raw);	/* the upper bits of what is given */
uint64_t convert_quota_type(uint64_t raw);	/* the lower ones */
uint64_t convert_quota_format(uint64_t raw);
uint64_t convert_ring_setup_flags(uint64_t raw);	/* io_uring */
uint64_t convert_ring_features(uint64_t raw);
uint64_t convert_ring_enter_flags(uint64_t raw);
uint64_t convert_option_level(uint64_t raw);	/* of setsockopt() */
uint64_t convert_option_name(uint64_t raw);	/* of level SOL_SOCKET */
uint64_t convert_page_fault(uint64_t raw);	/* what an x86 tells of it */
uint64_t convert_id16(uint64_t raw);		/* a user or group of 16 bits */
uint64_t convert_limit32(uint64_t raw);		/* of a resource */
uint64_t convert_key32(uint64_t raw);		/* a key or, of keyctl(), an address */
uint64_t convert_device(uint64_t raw);		/* the kernel's dev_t as programs see it */

#endif
