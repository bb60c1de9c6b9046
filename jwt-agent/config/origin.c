/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/config/origin.h"

enum err
origin_add_items(struct origin *origin, size_t count, unsigned line)
{
	unsigned *items;

	if (count <= origin->item_count)
		return OK;
	items = reallocarray(origin->items, count, sizeof(*items));
	if (items == NULL)
		return ERR_NO_MEMORY;
	origin->items = items;
	while (origin->item_count < count)
		items[origin->item_count++] = line;
	return OK;
}

void
origin_clear(struct origin *origin)
{
	free(origin->items);
	*origin = (struct origin){0};
}

void
origins_clear(struct origins *origins)
{
	origin_clear(&origins->header);
	for (size_t i = 0; i < CONFIG_KEYS_MAX; i++)
		origin_clear(&origins->key[i]);
}
