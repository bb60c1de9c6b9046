/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/pamservices.h"

#include <errno.h>
#include <string.h>

void
pam_services_clear(struct pam_services *services)
{
	for (int i = 0; i < services->count; i++) {
		free(services->entry[i]);
		if (services->stack != NULL)
			pam_stack_free(services->stack[i]);
	}
	free(services->entry);
	free(services->stack);
	free(services->error);
}

/* As libpam: any name, but for what packages and editors leave behind. */
static int
is_service(const struct dirent *entry)
{
	const char *name = entry->d_name;

	return name[0] != '.' && strchr(name, '~') == NULL &&
	    strstr(name, ".dpkg-") == NULL;
}

static int
by_name(const struct dirent **left, const struct dirent **right)
{
	return strcmp((*left)->d_name, (*right)->d_name);
}

enum err
pam_services_read(struct pam_services *services, const char *folder)
{
	int count = scandir(folder, &services->entry, is_service, by_name);
	size_t size;

	if (count < 0)
		return ERR_IO;
	services->count = count;
	if (count > PAM_SERVICES_MAX) {
		errno = E2BIG;
		return ERR_IO;
	}
	size = (size_t)count + 1;
	services->stack = calloc(size, sizeof(*services->stack));
	services->error = calloc(size, sizeof(*services->error));
	if (services->stack == NULL || services->error == NULL)
		return ERR_NO_MEMORY;
	for (int i = 0; i < count; i++) {
		enum err e = pam_stack_read(&services->stack[i], folder,
		    services->entry[i]->d_name, &services->error[i]);

		if (e == ERR_NO_MEMORY)
			return e;
	}
	return OK;
}

bool
pam_services_include(const struct pam_services *services, const char *name)
{
	for (int i = 0; i < services->count; i++) {
		const struct pam_stack *stack = services->stack[i];

		for (size_t j = 0; stack != NULL && j < stack->included_count;
		     j++)
			if (strcmp(stack->included[j], name) == 0)
				return true;
	}
	return false;
}
