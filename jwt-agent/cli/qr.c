/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/qr.h"

#include <errno.h>
#include <qrencode.h>
#include <string.h>

#define DARK 1 /* the bit of a module */

static void
picture_free(QRcode **picture)
{
	if (*picture == NULL)
		return;
	explicit_bzero((*picture)->data,
	    (size_t)(*picture)->width * (size_t)(*picture)->width);
	QRcode_free(*picture);
}

#define auto_picture __attribute__((cleanup(picture_free)))

/* The margin is light; below it, where a line has a half too much, nothing
 * is drawn. */
static bool
is_light(const QRcode *picture, int row, int column)
{
	int width = picture->width;

	if (row >= width + QR_MARGIN)
		return false;
	if (row < 0 || column < 0 || row >= width || column >= width)
		return true;
	return (picture->data[row * width + column] & DARK) == 0;
}

static void
draw_line(FILE *out, const QRcode *picture, int row, bool colours)
{
	static const char *const blocks[] = {" ", "▄", "▀", "█"};

	fputs(colours ? "\033[40;37;1m" : "", out);
	for (int column = -QR_MARGIN; column < picture->width + QR_MARGIN;
	     column++) {
		bool upper = is_light(picture, row, column);
		bool lower = is_light(picture, row + 1, column);

		fputs(blocks[upper * 2 + lower], out);
	}
	fputs(colours ? "\033[0m\n" : "\n", out);
}

enum err
qr_draw(FILE *out, const char *text, bool colours)
{
	auto_picture QRcode *picture =
	    QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);

	if (picture == NULL)
		return errno == ENOMEM ? ERR_NO_MEMORY : ERR_INTERNAL;
	for (int row = -QR_MARGIN; row < picture->width + QR_MARGIN; row += 2)
		draw_line(out, picture, row, colours);
	return ferror(out) ? ERR_IO : OK;
}
