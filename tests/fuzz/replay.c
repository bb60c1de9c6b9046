/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Feeds every file of some directories to a fuzz target, so that what a fuzzer
 * has found stays found without one. Without arguments the directory is
 * $srcdir/tests/fuzz/corpus/NAME, for a program called NAME_replay.
 */

#include "base/autofree.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define INPUT_SIZE_MAX ((size_t)1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
replay_file(const char *directory, const char *name)
{
	auto_str char *path = NULL;
	auto_str char *data = NULL;
	size_t size;
	FILE *file;

	if (asprintf(&path, "%s/%s", directory, name) < 0)
		return -1;
	file = fopen(path, "re");
	if (file == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	data = malloc(INPUT_SIZE_MAX);
	size = data != NULL ? fread(data, 1, INPUT_SIZE_MAX, file) : 0;
	fclose(file);
	if (data == NULL)
		return -1;
	return LLVMFuzzerTestOneInput((const uint8_t *)data, size);
}

/* How many files there were, or -1. */
static int
replay_directory(const char *path)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;
	int count = 0;

	if (directory == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	while (count >= 0 && (entry = readdir(directory)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		count = replay_file(path, entry->d_name) == 0 ? count + 1 : -1;
	}
	closedir(directory);
	return count;
}

static char *
usual_directory(void)
{
	const char *name = program_invocation_short_name;
	const char *srcdir = getenv("srcdir");
	char *path = NULL;

	/* libtool puts lt- in front of what it runs */
	if (strncmp(name, "lt-", 3) == 0)
		name += 3;
	if (asprintf(&path, "%s/tests/fuzz/corpus/%.*s",
		srcdir != NULL ? srcdir : ".", (int)strcspn(name, "_"),
		name) < 0)
		return NULL;
	return path;
}

static int
report(const char *path)
{
	int count = path != NULL ? replay_directory(path) : -1;

	if (count <= 0)
		return 1;
	printf("%s: %d inputs\n", path, count);
	return 0;
}

int
main(int argc, char **argv)
{
	auto_str char *usual = NULL;
	int failed = 0;

	if (argc < 2) {
		usual = usual_directory();
		return report(usual);
	}
	for (int i = 1; i < argc; i++)
		failed |= report(argv[i]);
	return failed;
}
