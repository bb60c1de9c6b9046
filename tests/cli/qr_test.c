/* SPDX-License-Identifier: BSD-3-Clause */

/* The picture read back, module by module. */

#include "jwt-agent/cli/qr.h"

#include <qrencode.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define TEXT "ABCD-EFGH-JKMN"
#define SIDE 29 /* of version 1 with its margin */
#define START_OF_LINE "\033[40;37;1m"
#define END_OF_LINE "\033[0m"

static char *
draw(const char *text, bool colours)
{
	char *drawn = NULL;
	size_t size;
	FILE *out = open_memstream(&drawn, &size);

	assert_non_null(out);
	assert_int_equal(qr_draw(out, text, colours), OK);
	fclose(out);
	return drawn;
}

/* One character of the picture as its two halves, 1 for light. */
static const char *
read_block(const char *at, int *upper, int *lower)
{
	static const char *const blocks[] = {" ", "▄", "▀", "█"};

	for (int i = 0; i < 4; i++) {
		size_t size = strlen(blocks[i]);

		if (strncmp(at, blocks[i], size) != 0)
			continue;
		*upper = i >> 1;
		*lower = i & 1;
		return at + size;
	}
	fail_msg("no block: %.8s", at);
	return NULL;
}

static void
read_picture(const char *at, bool colours, int light[SIDE + 1][SIDE])
{
	for (int row = 0; row <= SIDE; row += 2) {
		if (colours) {
			assert_memory_equal(
			    at, START_OF_LINE, strlen(START_OF_LINE));
			at += strlen(START_OF_LINE);
		}
		for (int i = 0; i < SIDE; i++)
			at = read_block(at, &light[row][i], &light[row + 1][i]);
		if (colours) {
			assert_memory_equal(
			    at, END_OF_LINE, strlen(END_OF_LINE));
			at += strlen(END_OF_LINE);
		}
		assert_int_equal(*at++, '\n');
	}
	assert_int_equal(*at, '\0');
}

static bool
is_inside(int at)
{
	return at >= QR_MARGIN && at < SIDE - QR_MARGIN;
}

static void
assert_is_picture_of(const char *text, int light[SIDE + 1][SIDE])
{
	QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);

	assert_int_equal(code->width + 2 * QR_MARGIN, SIDE);
	for (int row = 0; row < SIDE; row++)
		for (int column = 0; column < SIDE; column++) {
			int at = (row - QR_MARGIN) * code->width + column -
			    QR_MARGIN;
			bool dark = is_inside(row) && is_inside(column) &&
			    (code->data[at] & 1) != 0;

			assert_int_equal(light[row][column], !dark);
		}
	QRcode_free(code);
}

static void
the_picture_is_the_code(void **state)
{
	(void)state;
	for (int colours = 0; colours < 2; colours++) {
		int light[SIDE + 1][SIDE];
		char *drawn = draw(TEXT, colours);

		read_picture(drawn, colours, light);
		assert_is_picture_of(TEXT, light);
		free(drawn);
	}
}

static void
other_codes_have_other_pictures(void **state)
{
	char *one = draw(TEXT, false), *other = draw("ABCD-EFGH-JKMP", false);

	(void)state;
	assert_string_not_equal(one, other);
	free(one);
	free(other);
}

static void
what_is_too_long_is_not_drawn(void **state)
{
	char text[8000];

	(void)state;
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(qr_draw(stdout, text, false), ERR_INTERNAL);
}

static void
a_full_disk_is_told(void **state)
{
	FILE *full = fopen("/dev/full", "we");

	(void)state;
	assert_non_null(full);
	setbuf(full, NULL);
	assert_int_equal(qr_draw(full, TEXT, false), ERR_IO);
	fclose(full);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_picture_is_the_code),
	    cmocka_unit_test(other_codes_have_other_pictures),
	    cmocka_unit_test(what_is_too_long_is_not_drawn),
	    cmocka_unit_test(a_full_disk_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
