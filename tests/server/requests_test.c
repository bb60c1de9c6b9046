/* SPDX-License-Identifier: BSD-3-Clause */

/* The daemon's request table is held against the interface files: what one
 * says and the other does not is a fault in either. */

#include "jwt-agent/observe/message.h"
#include "jwt-agent/server/request.h"
#include "varlink/interfaces.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define TEXT_MAX (64 * 1024)

static const char *
description_of(const char *method, size_t size)
{
	for (size_t i = 0; i < interface_count; i++)
		if (strlen(interfaces[i].name) == size &&
		    strncmp(interfaces[i].name, method, size) == 0)
			return interfaces[i].description;
	fail_msg("no interface file for %s", method);
	return NULL;
}

/* Without comments, and with every run of white space as one blank; none
 * behind an opening or before a closing bracket. */
static void
normalize(const char *text, char out[TEXT_MAX])
{
	size_t used = 0;

	for (; *text != '\0'; text++) {
		if (*text == '#')
			text += strcspn(text, "\n");
		if (isspace((unsigned char)*text)) {
			if (used > 0 && out[used - 1] != ' ' &&
			    out[used - 1] != '(')
				out[used++] = ' ';
			continue;
		}
		if (*text == ')' && used > 0 && out[used - 1] == ' ')
			used--;
		out[used++] = *text;
		assert_true(used < TEXT_MAX - 1);
	}
	out[used] = '\0';
}

static void
write_fields(FILE *out, const struct fields *fields)
{
	fputc('(', out);
	for (size_t i = 0; i < fields->count; i++)
		fprintf(out, "%s%s: %s", i > 0 ? ", " : "",
		    fields->field[i].name,
		    field_varlink_type(fields->field[i].kind));
	fputc(')', out);
}

static void
write_method(FILE *out, const struct request *row, const char *name)
{
	fprintf(out, "method %s", name);
	write_fields(out, row->request());
	fprintf(out, " -> ");
	if (row->next == NULL)
		write_fields(out, row->reply());
	else
		fprintf(out, "(%s: ?%c%s)", row->entry,
		    toupper((unsigned char)row->entry[0]), row->entry + 1);
}

static void
expect(const char *interface, const char *wanted)
{
	if (strstr(interface, wanted) == NULL)
		fail_msg("the interface file does not say: %s", wanted);
}

static void
every_row_is_in_its_interface_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < request_count; i++) {
		const struct request *row = &requests[i];
		const char *dot = strrchr(row->method, '.');
		char interface[TEXT_MAX], wanted[TEXT_MAX] = "";
		FILE *out = fmemopen(wanted, sizeof(wanted), "w");

		normalize(
		    description_of(row->method, (size_t)(dot - row->method)),
		    interface);
		write_method(out, row, dot + 1);
		fclose(out);
		expect(interface, wanted);
	}
}

static void
every_entry_is_a_type_of_its_interface_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < request_count; i++) {
		const struct request *row = &requests[i];
		const char *dot = strrchr(row->method, '.');
		char interface[TEXT_MAX], wanted[TEXT_MAX] = "";
		FILE *out;

		if (row->next == NULL)
			continue;
		out = fmemopen(wanted, sizeof(wanted), "w");
		normalize(
		    description_of(row->method, (size_t)(dot - row->method)),
		    interface);
		fprintf(out, "type %c%s ",
		    toupper((unsigned char)row->entry[0]), row->entry + 1);
		write_fields(out, row->reply());
		fclose(out);
		expect(interface, wanted);
	}
}

static size_t
count(const char *text, const char *word)
{
	size_t found = 0;

	for (; (text = strstr(text, word)) != NULL; text++)
		found++;
	return found;
}

static void
every_method_of_the_interface_files_has_a_row(void **state)
{
	size_t methods = 0;

	(void)state;
	for (size_t i = 0; i < interface_count; i++)
		if (strncmp(interfaces[i].name, "org.", 4) != 0)
			methods +=
			    count(interfaces[i].description, "\nmethod ");
	assert_int_equal(methods, request_count);
}

/* Every error that may be sent is declared in io.jwtagent. */
static void
every_error_is_declared(void **state)
{
	static const enum err never_sent[] = {ERR_UNREACHABLE, ERR_TIMEOUT,
	    ERR_UNTRUSTED_SERVER, ERR_PROTOCOL, ERR_STORE_GROW, ERR_KEYS_NEEDED,
	    ERR_GO_ON, ERR_NOT_FOUND, ERR_USAGE};
	const char *text = description_of("io.jwtagent", 11);
	size_t declared = count(text, "\nerror ");
	size_t ours = 0;

	(void)state;
	for (int i = OK + 1; i < ERR_COUNT; i++) {
		char wanted[128];
		bool sent = strncmp(err_wire((enum err)i), ERROR_PREFIX,
				strlen(ERROR_PREFIX)) == 0;

		for (size_t j = 0; j < sizeof(never_sent) / sizeof(*never_sent);
		     j++)
			sent = sent && never_sent[j] != (enum err)i;
		if (!sent)
			continue;
		ours++;
		snprintf(wanted, sizeof(wanted),
		    "\nerror %s (message: ?string)\n", err_name((enum err)i));
		expect(text, wanted);
	}
	assert_int_equal(ours, declared);
}

static void
finds_rows_and_says_what_is_unknown(void **state)
{
	const struct request *row = NULL;

	(void)state;
	assert_int_equal(request_find("io.jwtagent.Token.Refresh", &row), OK);
	assert_string_equal(row->event, "refresh");
	assert_int_equal(request_find("io.jwtagent.Token.Nothing", &row),
	    ERR_METHOD_NOT_FOUND);
	assert_int_equal(request_find("io.jwtagent.Nothing.Refresh", &row),
	    ERR_INTERFACE_NOT_FOUND);
	assert_int_equal(
	    request_find("Refresh", &row), ERR_INTERFACE_NOT_FOUND);
	assert_int_equal(
	    request_find("leader gone", &row), ERR_INTERFACE_NOT_FOUND);
}

/* What writes and is not audited when it is granted, and why. */
static const struct {
	const char *method, *why;
} silent[] = {
    {"io.jwtagent.User.ForgetStep", "user-forget and user-forgotten are"},
    {"io.jwtagent.Admin.SweepStep", "the sweep is not, and the upkeep is"},
    {"sweep", "what it ends is, and what it sums up"},
    {"keep_keys", "keys are public, and fetching them is logged"},
    {"keep_clock", "a jump is, by an event of its own"},
    {"end_floods", "what it sums up is"},
};

static bool
is_silent(const struct request *row)
{
	for (size_t i = 0; i < sizeof(silent) / sizeof(*silent); i++)
		if (strcmp(silent[i].method, row->method) == 0)
			return true;
	return false;
}

static void
check_audited(const struct request *row)
{
	bool audited = (row->flags & AUDIT_GRANTS) != 0;

	if (row->txn == TXN_READ)
		assert_true(audited == ((row->flags & ANSWERED_FIRST) != 0));
	else if (audited == is_silent(row))
		fail_msg("%s writes: is it audited or not?", row->method);
}

static void
what_writes_is_audited(void **state)
{
	(void)state;
	for (size_t i = 0; i < request_count; i++)
		check_audited(&requests[i]);
	for (size_t i = 0; i < own_request_count; i++)
		check_audited(own_requests[i]);
}

static void
check_message(const struct request *row)
{
	assert_non_null(row->event);
	if (message_id(row->event) == NULL)
		fail_msg("%s has no row in observe/message.c", row->event);
}

/* And no two the same. */
static void
every_event_has_a_message_id(void **state)
{
	const struct message *message, *other;

	(void)state;
	for (size_t i = 0; i < request_count; i++)
		check_message(&requests[i]);
	for (size_t i = 0; i < own_request_count; i++)
		check_message(own_requests[i]);
	for (size_t i = 0; (message = message_at(i)) != NULL; i++) {
		assert_int_equal(strlen(message->id), 32);
		assert_int_equal(strspn(message->id, "0123456789abcdef"), 32);
		for (size_t j = 0; j < i; j++) {
			other = message_at(j);
			assert_string_not_equal(message->id, other->id);
			assert_string_not_equal(message->event, other->event);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_row_is_in_its_interface_file),
	    cmocka_unit_test(every_entry_is_a_type_of_its_interface_file),
	    cmocka_unit_test(every_method_of_the_interface_files_has_a_row),
	    cmocka_unit_test(every_error_is_declared),
	    cmocka_unit_test(what_writes_is_audited),
	    cmocka_unit_test(every_event_has_a_message_id),
	    cmocka_unit_test(finds_rows_and_says_what_is_unknown),
	};

	return cmocka_run_group_tests_name("requests", tests, NULL, NULL);
}
