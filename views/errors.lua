-- Failed calls by their error.
return {
	id = "errors",
	name = "Errors",
	description = "Why calls failed, and how often.",
	tags = { "errors" },
	filter = "evt.failed = true",
	applies_to = {
		"", "process", "user", "container", "file", "server", "fd.type",
		"evt.type",
	},
	drill_down = "procs_errors",
	columns = {
		{ name = "ERROR", field = "evt.errno", aggregation = "key", width = 16,
		  description = "Name of the error." },
		{ name = "CALLS", aggregation = "count", sort = "down", width = 9,
		  description = "Calls that failed with it." },
		{ name = "CALLS/S", aggregation = "rate", width = 9,
		  description = "The same, per second." },
		{ name = "PROCS", field = "proc.pid", aggregation = "distinct", width = 7,
		  description = "How many processes had it." },
		{ name = "TYPES", field = "evt.type", aggregation = "distinct", width = 7,
		  description = "How many different calls had it." },
		{ name = "LAST CALL", field = "evt.type", aggregation = "last", width = 0,
		  description = "The last call that failed with it." },
	},
}
