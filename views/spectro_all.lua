-- Latency of all calls.
return {
	id = "spectro_all",
	name = "Spectrogram-All",
	description = "How long calls took, over time.",
	tags = { "latency" },
	kind = "spectrogram",
	filter = "syscall.type exists and evt.dir = <",
	applies_to = { "any" },
	columns = {
		{ name = "LATENCY", field = "evt.duration", aggregation = "key", width = 9,
		  description = "How long a call took." },
		{ name = "CALLS", aggregation = "count", width = 8,
		  description = "How many took that long." },
	},
}
