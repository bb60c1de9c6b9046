/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/agent.h"
#include "jwt-agent/cli/cli.h"
#include "jwt-agent/setup/setup.h"

#include <jansson.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* Out of memory, jansson 2.14 can drop a character or a member and go on: a
 * claim that is not what was signed. Better no agent than that; systemd
 * starts another. */
static void *
allocate_or_abort(size_t size)
{
	void *block = malloc(size);

	if (block == NULL)
		abort();
	return block;
}

/* Tokens pass through JSON: what the parser frees is wiped. */
static void
wipe_and_free(void *block)
{
	if (block == NULL)
		return;
	explicit_bzero(block, malloc_usable_size(block));
	free(block);
}

/* No core file, no debugger: keys and tokens are in this memory. */
static void
guard_memory(void)
{
	struct rlimit none = {0, 0};

	prctl(PR_SET_DUMPABLE, 0);
	setrlimit(RLIMIT_CORE, &none);
	json_set_alloc_funcs(allocate_or_abort, wipe_and_free);
}

int
main(int argc, char **argv)
{
	static const struct cli_program program = {
	    .version = PACKAGE_VERSION,
	    .serve = agent_serve,
	    .check = agent_check,
	    .setup = setup_run,
	};

	guard_memory();
	return cli_main(argc, argv, &program);
}
