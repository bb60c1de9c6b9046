/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/lmdb-store/powerloss.h"

#include "tests/lmdb-store/blocks.h"
#include "tests/lmdb-store/scratch.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECTOR 512
/* The files made of some of the sectors, for each write point. */
#define MIXTURES 4
#define FILE_MAX ((size_t)8 << 20)

/* A block, or an acknowledgement. */
struct powerloss_entry {
	bool acknowledges;
	struct block block;
	char *data;
};

struct image {
	char *data; /* FILE_MAX, zero behind `size` */
	size_t size;
};

static void
add(struct powerloss *loss, struct powerloss_entry entry)
{
	loss->entries = reallocarray(
	    loss->entries, loss->count + 1, sizeof(*loss->entries));
	assert_non_null(loss->entries);
	loss->entries[loss->count++] = entry;
}

static void
record(const struct block *block, void *context)
{
	struct powerloss_entry entry = {.block = *block};

	if (block->size > 0 && block->data != NULL) {
		entry.data = malloc(block->size);
		assert_non_null(entry.data);
		memcpy(entry.data, block->data, block->size);
	}
	entry.block.data = entry.data;
	add(context, entry);
}

void
powerloss_begin(struct powerloss *loss, const char *data_path)
{
	*loss = (struct powerloss){0};
	if (access(data_path, F_OK) == 0)
		loss->base = scratch_read(data_path, &loss->base_size);
	blocks_watch(record, loss);
}

void
powerloss_acknowledge(struct powerloss *loss)
{
	add(loss, (struct powerloss_entry){.acknowledges = true});
}

void
powerloss_end(struct powerloss *loss)
{
	blocks_watch(NULL, NULL);
	assert_true(loss->count > 0);
}

void
powerloss_clear(struct powerloss *loss)
{
	for (size_t i = 0; i < loss->count; i++)
		free(loss->entries[i].data);
	free(loss->entries);
	free(loss->base);
}

static bool
always(void)
{
	return true;
}

static bool
never(void)
{
	return false;
}

/* The same files in every run. */
static bool
maybe(void)
{
	return (random() & 1) != 0;
}

/* Writes the sectors of a block that made it to the disk. */
static void
apply(struct image *image, const struct block *block, bool (*made_it)(void))
{
	if (block->kind == BLOCK_SIZE && made_it()) {
		if (block->offset < image->size)
			memset(image->data + block->offset, 0,
			    image->size - block->offset);
		image->size = block->offset;
	}
	assert_true(block->offset + block->size <= FILE_MAX);
	for (size_t done = 0; done < block->size;) {
		size_t at = block->offset + done;
		size_t part = SECTOR - at % SECTOR;

		if (part > block->size - done)
			part = block->size - done;
		if (made_it()) {
			memcpy(image->data + at,
			    (const char *)block->data + done, part);
			if (at + part > image->size)
				image->size = at + part;
		}
		done += part;
	}
}

/* What is durable after the first `count` entries; how many of them a sync has
 * covered comes back. */
static size_t
make_durable(const struct powerloss *loss, size_t count, struct image *image)
{
	size_t synced = 0;

	memset(image->data, 0, FILE_MAX);
	if (loss->base_size > 0)
		memcpy(image->data, loss->base, loss->base_size);
	image->size = loss->base_size;
	for (size_t i = 0; i < count; i++)
		if (loss->entries[i].block.kind == BLOCK_SYNC)
			synced = i + 1;
	for (size_t i = 0; i < count; i++)
		if (i < synced || loss->entries[i].block.kind == BLOCK_THROUGH)
			apply(image, &loss->entries[i].block, always);
	return synced;
}

static size_t
acknowledged(const struct powerloss *loss, size_t count)
{
	size_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += loss->entries[i].acknowledges;
	return sum;
}

/* The entry at `count` was under way when the power went. */
static void
lose(const struct powerloss *loss, size_t count, struct image *image,
    bool (*made_it)(void), const char *data_path)
{
	size_t under_way = count < loss->count ? count + 1 : count;

	for (size_t i = make_durable(loss, count, image); i < under_way; i++)
		if (i == count || loss->entries[i].block.kind != BLOCK_THROUGH)
			apply(image, &loss->entries[i].block, made_it);
	scratch_write(data_path, image->data, image->size, 0600);
}

size_t
powerloss_each(const struct powerloss *loss, const char *data_path,
    powerloss_check check, void *context)
{
	struct image image = {malloc(FILE_MAX), 0};
	size_t files = 0;

	assert_non_null(image.data);
	srandom(1);
	for (size_t count = 0; count <= loss->count; count++) {
		size_t done = acknowledged(loss, count);

		for (size_t i = 0; i < 2 + MIXTURES; i++, files++) {
			lose(loss, count, &image,
			    i == 0	 ? never
				: i == 1 ? always
					 : maybe,
			    data_path);
			check(done, context);
		}
	}
	free(image.data);
	return files;
}
