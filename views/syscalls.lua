-- System calls.
return {
	id = "syscalls",
	name = "System Calls",
	description = "Which system calls are made, how long they take, how often they fail.",
	tips = {
		"A call counts once, in the window in which it returns. TIME and " ..
			"WAITED are told apart, because a server waits most of the time.",
	},
	tags = { "latency" },
	filter = "syscall.type exists and evt.dir = <",
	applies_to = {
		"", "process", "user", "container", "file", "server", "fd.type",
		"evt.res", "evt.errno",
	},
	drill_down = "syscall_procs",
	columns = {
		{ name = "CALL", field = "evt.type", aggregation = "key", width = 16,
		  description = "Name of the call." },
		{ name = "CALLS", aggregation = "count", sort = "down", width = 8,
		  description = "Calls that returned, in the whole window." },
		{ name = "CALLS/S", aggregation = "rate", width = 8,
		  description = "Calls that returned, per second." },
		{ name = "TIME", field = "evt.duration", aggregation = "sum",
		  only = "evt.waits = false", width = 8,
		  description = "How long all of them took, without those that wait." },
		{ name = "WAITED", field = "evt.duration", aggregation = "sum",
		  only = "evt.waits = true", width = 8,
		  description = "How long those took that wait, such as poll or futex." },
		{ name = "AVG", field = "evt.duration", aggregation = "avg", width = 8,
		  description = "How long one took on average." },
		{ name = "P99", field = "evt.duration", aggregation = "p99", width = 8,
		  description = "99 % of them took no longer." },
		{ name = "ERRORS", aggregation = "count", only = "evt.failed = true",
		  width = 6,
		  description = "Calls that failed." },
	},
}
