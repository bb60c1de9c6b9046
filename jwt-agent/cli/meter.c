/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/meter.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define BAR_SIZE 24
#define LOG_STEP 25 /* per cent */
#define ERASE_LINE "\r\033[K"

const struct meter_unit METER_MIB = {1 << 20, (uint64_t)64 << 20, "MiB"};
const struct meter_unit METER_ENTRIES = {1, 100000, "entries"};

static unsigned int
percentage(uint64_t done, uint64_t total)
{
	if (total == 0)
		return 0;
	return done >= total
	    ? 100
	    : (unsigned int)(100.0 * (double)done / (double)total);
}

static void
draw(struct meter *meter, unsigned int percent, uint64_t done)
{
	char bar[BAR_SIZE + 1];

	for (unsigned int i = 0; i < BAR_SIZE; i++)
		bar[i] = i * 100 < percent * BAR_SIZE ? '#' : '.';
	bar[BAR_SIZE] = '\0';
	fprintf(stderr, ERASE_LINE "%s [%s] %u %%, %" PRIu64 " %s", meter->what,
	    bar, percent, done / meter->unit->size, meter->unit->name);
	fflush(stderr);
	meter->drawn = true;
}

static void
on_progress(void *context, uint64_t done, uint64_t total)
{
	struct meter *meter = context;
	unsigned int percent = percentage(done, total);

	if (percent < meter->shown + (meter->terminal ? 1 : LOG_STEP) ||
	    (!meter->terminal && total < meter->unit->min))
		return;
	meter->shown = percent;
	if (meter->terminal)
		draw(meter, percent, done);
	else
		fprintf(stderr, "%s %" PRIu64 " of at most %" PRIu64 " %s\n",
		    meter->what, done / meter->unit->size,
		    total / meter->unit->size, meter->unit->name);
}

static void
on_nothing(void *context, uint64_t done, uint64_t total)
{
	(void)context;
	(void)done;
	(void)total;
}

void
meter_begin(struct meter *meter, const struct call *call, const char *what,
    const struct meter_unit *unit)
{
	*meter = (struct meter){
	    .what = what, .unit = unit, .terminal = isatty(STDERR_FILENO) == 1};
	meter->progress = (struct progress){
	    call_has(call, CLI_QUIET) ? on_nothing : on_progress, meter};
}

void
meter_end(struct meter *meter)
{
	if (meter->drawn)
		fputs(ERASE_LINE, stderr);
	meter->drawn = false;
}
