-- Latency of calls on files.
return {
	id = "spectro_file",
	name = "Spectrogram-File",
	description = "How long calls on files took, over time.",
	tags = { "latency", "disk" },
	kind = "spectrogram",
	filter = "evt.dir = < and fd.type = file",
	applies_to = { "any" },
	columns = {
		{ name = "LATENCY", field = "evt.duration", aggregation = "key", width = 9,
		  description = "How long a call took." },
		{ name = "CALLS", aggregation = "count", width = 8,
		  description = "How many took that long." },
	},
}
