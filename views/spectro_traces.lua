-- Durations of spans.
return {
	id = "spectro_traces",
	name = "Traces Spectrogram",
	description = "How long the spans of tracers took, over time.",
	tags = { "tracers" },
	kind = "spectrogram",
	filter = "span.ntags = %depth+1 and evt.dir = <",
	needs = { "span.id" },
	applies_to = { "any" },
	drill_down = "spans_list",
	pass_filter = false,
	columns = {
		{ name = "DURATION", field = "span.duration", aggregation = "key",
		  width = 9,
		  description = "How long a span took." },
		{ name = "SPANS", aggregation = "count", width = 8,
		  description = "How many took that long." },
	},
}
