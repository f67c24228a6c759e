--[[ some words
about it ]]
view_info =
{
	id = "classic",
	name = "Classic",
	description = "d",
	tips = {"one", "two"},
	tags = {"Default", "wsysdig"},
	view_type = "table",
	applies_to = {"", "container.id"},
	filter = "evt.type!=switch",
	use_defaults = true,
	is_root = true,
	drilldown_target = "threads",
	propagate_filter = false,
	something_new = { 1, 2 },
	columns =
	{
		{ name = "NA", field = "thread.tid", is_key = true },
		{ name = "NA", field = "proc.pid", is_groupby_key = true },
		{ name = "PID", field = "proc.pid", colsize = 7 },
		{ name = "CPU", field = "thread.cpu", aggregation = "AVG",
		  groupby_aggregation = "SUM", colsize = 8, is_sorting = true },
		{ name = "VIRT", field = "thread.vmsize.b", aggregation = "MAX",
		  groupby_aggregation = "MAX" },
		{ name = "FILE", field = "evt.buflen.file", aggregation = "TIME_AVG",
		  groupby_aggregation = "SUM" },
		{ name = "OPENS", field = "evt.type.is.3", aggregation = "SUM" },
		{ name = "CALLS", field = "evt.count", aggregation = "TIME_AVG" },
		{ name = "BAD", field = "evt.count.error", aggregation = "SUM" },
		{ tags = {"containers"}, name = "CONTAINER", field = "container.name" },
		{ name = "Command", field = "proc.exeline", aggregation = "MAX", colsize = 0 },
	},
	actions =
	{
		{ hotkey = "9", command = "kill -9 %proc.pid", ask_confirmation = true,
		  wait_finish = false },
	},
}
