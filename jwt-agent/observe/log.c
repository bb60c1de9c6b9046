/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/observe/log.h"

#include "jwt-agent/observe/message.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#define VALUE_MAX 512
#define LINE_MAX_BYTES 4096
#define FIELD_MAX (VALUE_MAX + 64)

void
log_init(struct log *log)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device = 0, inode = 0;
	struct stat status;

	log->journal = stream != NULL &&
	    sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	    fstat(STDERR_FILENO, &status) == 0 && status.st_dev == device &&
	    status.st_ino == inode;
}

static bool
needs_quotes(const char *value)
{
	if (*value == '\0')
		return true;
	for (; *value != '\0'; value++)
		if (!isgraph((unsigned char)*value) || *value == '"' ||
		    *value == '\\' || *value == '=')
			return true;
	return false;
}

/* Writes into a stream of bounded size, so that no value can start a line or
 * another pair. */
static void
write_value(FILE *line, const char *value)
{
	bool quotes = needs_quotes(value);

	if (quotes)
		fputc('"', line);
	for (size_t i = 0; value[i] != '\0' && i < VALUE_MAX; i++) {
		unsigned char c = (unsigned char)value[i];

		if (c == '"' || c == '\\')
			fprintf(line, "\\%c", c);
		else if (c < ' ' || c == 0x7f)
			fprintf(line, "\\x%02x", c);
		else
			fputc(c, line);
	}
	if (quotes)
		fputc('"', line);
}

static void
format_line(char *text, size_t size, const char *event,
    const struct log_pair *pairs, size_t count)
{
	FILE *line = fmemopen(text, size, "w");

	text[0] = '\0';
	if (line == NULL)
		return;
	fprintf(line, "%s", event);
	for (size_t i = 0; i < count; i++) {
		if (pairs[i].value == NULL)
			continue;
		fprintf(line, " %s=", pairs[i].key);
		write_value(line, pairs[i].value);
	}
	fclose(line);
	text[size - 1] = '\0';
}

static void
format_field(char field[FIELD_MAX], const struct log_pair *pair)
{
	int used = snprintf(field, FIELD_MAX, "JWT_AGENT_%s=", pair->key);

	for (char *c = field; *c != '='; c++)
		*c = (char)toupper((unsigned char)*c);
	snprintf(field + used, FIELD_MAX - (size_t)used, "%.*s", VALUE_MAX,
	    pair->value);
}

static void
send_to_journal(int priority, const char *line, const char *event,
    const struct log_pair *pairs, size_t count)
{
	char fields[LOG_PAIRS_MAX + 4][FIELD_MAX];
	char message[LINE_MAX_BYTES + 16];
	struct iovec parts[LOG_PAIRS_MAX + 4];
	struct log_pair event_pair = {"event", event};
	const char *id = message_id(event);
	int used = 0;

	snprintf(message, sizeof(message), "MESSAGE=%s", line);
	parts[used++] = (struct iovec){message, strlen(message)};
	snprintf(fields[0], FIELD_MAX, "PRIORITY=%d", priority);
	parts[used++] = (struct iovec){fields[0], strlen(fields[0])};
	format_field(fields[1], &event_pair);
	parts[used++] = (struct iovec){fields[1], strlen(fields[1])};
	if (id != NULL) {
		snprintf(fields[used], FIELD_MAX, "MESSAGE_ID=%s", id);
		parts[used] =
		    (struct iovec){fields[used], strlen(fields[used])};
		used++;
	}
	for (size_t i = 0; i < count && i < LOG_PAIRS_MAX; i++) {
		if (pairs[i].value == NULL)
			continue;
		format_field(fields[used], &pairs[i]);
		parts[used] =
		    (struct iovec){fields[used], strlen(fields[used])};
		used++;
	}
	sd_journal_sendv(parts, used);
}

void
log_event(const struct log *log, int priority, const char *event,
    const struct log_pair *pairs, size_t count)
{
	char line[LINE_MAX_BYTES];

	format_line(line, sizeof(line), event, pairs, count);
	if (log->journal)
		send_to_journal(priority, line, event, pairs, count);
	else
		fprintf(stderr, "%s\n", line);
}

void
log_sentence(const struct log *log, int priority, const char *event,
    const char *sentence)
{
	struct log_pair pair = {"message", sentence};

	log_event(log, priority, event, &pair, 1);
}
