/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/arguments.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WORDS_MAX (3 + CALL_CLAIMS_MAX) /* noun, verb, arguments */

static const struct cli_option_row rows[CLI_OPTION_COUNT] = {
    [CLI_CONFIG] = {"config", "FILE", "configuration file"},
    [CLI_HELP] = {"help", NULL, "show this and do nothing"},
    [CLI_VERSION] = {"version", NULL, "show the version and do nothing"},
    [CLI_USER] = {"user", "USER", "of this user"},
    [CLI_NAME] = {"name", "NAME", "what to call the device"},
    [CLI_CLAIM] = {"claim", "NAME=VALUE",
	"add a claim to every access token of the device"},
    [CLI_REFRESH_FILE] = {"refresh-file", "PATH",
	"write the refresh token to this file"},
    [CLI_REASON] = {"reason", "TEXT", "why"},
    [CLI_ALL] = {"all", NULL, "sessions that have ended, too; everybody"},
    [CLI_FILE] = {"file", "PATH", "file that holds the refresh token"},
    [CLI_SERVICE] = {"service", "SERVICE", "for this PAM service"},
    [CLI_RHOST] = {"rhost", "HOST", "coming from this host"},
    [CLI_LIMIT] = {"limit", "COUNT", "how many events"},
    [CLI_PAM_DIR] = {"pam-dir", "FOLDER", "where the PAM files are"},
    [CLI_SSHD_CONFIG] = {"sshd-config", "FILE", "configuration of sshd"},
    [CLI_ROOT] = {"root", "FOLDER", "a system that does not run is below this"},
    [CLI_JWK] = {"jwk", "FILE", "the key, a JWK or a JWK Set"},
    [CLI_ALG] = {"alg", "ALG", "the only algorithm to accept"},
    [CLI_DEVICE] = {"device", "DEVICE", "of this device"},
    [CLI_JTI] = {"jti", "JTI", "the token that has this jti"},
    [CLI_ISSUER] = {"issuer", "ISSUER", "of this issuer"},
    [CLI_WATCH] = {"watch", NULL, "go on showing what changes"},
    [CLI_DUE] = {"due", NULL, "what is due, and nothing else"},
    [CLI_YES] = {"yes", NULL, "do not ask"},
    [CLI_TTL] = {"ttl", "TIME", "how long it counts"},
    [CLI_AGAIN] = {"again", "DEVICE", "enrol this device once more"},
    [CLI_KEY] = {"key", "FILE", "the device's key"},
    [CLI_DRY_RUN] = {"dry-run", NULL, "say what would be done, do nothing"},
    [CLI_FORCE] = {"force", NULL, "replace a file that is there"},
    [CLI_QUIET] = {"quiet", NULL, "say nothing of how far it is"},
    [CLI_REVOKE_TOKENS] = {"revoke-tokens", NULL,
	"revoke every token issued before"},
    [CLI_DEVICES] = {"devices", NULL, "devices only"},
    [CLI_USERS] = {"users", NULL, "users only"},
    [CLI_SESSIONS] = {"sessions", NULL, "sessions only"},
    [CLI_UID] = {"uid", "UID", "the user who has this uid"},
    [CLI_FOLLOW] = {"follow", NULL, "go on with what happens"},
    [CLI_SINCE] = {"since", "TIME", "from this time on, or so long ago"},
    [CLI_UNTIL] = {"until", "TIME", "up to this time, or so long ago"},
    [CLI_SESSION] = {"session", "SESSION", "of this session"},
    [CLI_EVENT] = {"event", "EVENT", "events of this name"},
    [CLI_OUTCOME] = {"outcome", "OUTCOME", "granted, denied or fault"},
    [CLI_HEAD] = {"head", "FILE", "hold these heads against it"},
    [CLI_NOW] = {"now", NULL, "at once, and refuse what was signed before"},
    [CLI_NEW_KEY_FILE] = {"new-key-file", "PATH",
	"file of the new master key, - for standard input"},
    [CLI_TO] = {"to", "SCHEMA", "to this schema, not to the newest"},
    [CLI_NO_BACKUP] = {"no-backup", NULL, "make no backup before"},
    [CLI_ALERTS] = {"alerts", NULL, "only what tells of alerts"},
    [CLI_EXEC] = {"exec", "PROGRAM", "give each event to this program"},
    [CLI_FOR] = {"for", "USER", "for this user"},
    [CLI_UNSET] = {"unset", "NAMES", "take these out, commas between"},
    [CLI_OUTDATED] = {"outdated", NULL, "whoever has older claims"},
    [CLI_JSON] = {"json", NULL, "answer in JSON"},
};

#define GLOBAL (CLI_BIT(CONFIG) | CLI_BIT(HELP) | CLI_BIT(VERSION))

/* getopt_long(3) values of our options, clear of every character */
#define OPTION_BASE 1000

struct words {
	char *word[WORDS_MAX];
	size_t count;
	size_t surplus;
};

const struct cli_option_row *
cli_option_row(enum cli_option option)
{
	return &rows[option];
}

__attribute__((format(printf, 1, 2))) static enum err
refuse(const char *format, ...)
{
	va_list arguments;

	fputs("jwt-agent: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputs("\ntry: jwt-agent --help\n", stderr);
	return ERR_USAGE;
}

static void
fill_long_options(struct option *options)
{
	for (int i = 0; i < CLI_OPTION_COUNT; i++)
		options[i] = (struct option){.name = rows[i].name,
		    .has_arg = rows[i].argument != NULL,
		    .val = OPTION_BASE + i};
}

static enum err
take_option(struct call *call, enum cli_option option, char *value)
{
	static char given[] = "";

	if (option == CLI_CLAIM) {
		if (call->claims == CALL_CLAIMS_MAX)
			return refuse(
			    "at most %d times --claim", CALL_CLAIMS_MAX);
		call->claim[call->claims++] = value;
	} else if (call_has(call, option)) {
		return refuse("--%s is given twice", rows[option].name);
	}
	call->option[option] = value != NULL ? value : given;
	return OK;
}

static void
take_word(struct words *words, char *word)
{
	if (words->count < WORDS_MAX)
		words->word[words->count++] = word;
	else
		words->surplus++;
}

static enum err
take(struct call *call, struct words *words, int value, char **argv)
{
	switch (value) {
	case 1: /* a word between the options, as "-" in optstring asks */
		take_word(words, optarg);
		return OK;
	case 'h':
		return call_has(call, CLI_HELP)
		    ? OK
		    : take_option(call, CLI_HELP, NULL);
	case ':':
		return refuse("%s needs a value", argv[optind - 1]);
	case '?':
		return refuse("unknown option %s", argv[optind - 1]);
	default:
		return take_option(
		    call, (enum cli_option)(value - OPTION_BASE), optarg);
	}
}

/* Whether the next word may begin with a hyphen, as the row's arguments say. */
static bool
awaits_hyphen(const struct words *words)
{
	const struct command *command = words->count == 3
	    ? command_find(words->word[0], words->word[1])
	    : NULL;

	return command != NULL && command->argument != NULL &&
	    strstr(command->argument, "|-") != NULL;
}

static bool
is_hyphened(const char *word)
{
	return word != NULL && word[0] == '-' && word[1] != '\0' &&
	    word[1] != '-' && strcmp(word, "-h") != 0;
}

static enum err
read_options(int argc, char **argv, struct call *call, struct words *words)
{
	struct option options[CLI_OPTION_COUNT + 1] = {0};
	enum err e = OK;
	int value;

	fill_long_options(options);
	optind = 0; /* glibc: begin anew */
	opterr = 0;
	while (e == OK &&
	    (value = getopt_long(argc, argv, "-:h", options, NULL)) != -1) {
		e = take(call, words, value, argv);
		while (e == OK && awaits_hyphen(words) &&
		    is_hyphened(argv[optind]))
			take_word(words, argv[optind++]);
	}
	for (int i = optind; e == OK && i < argc; i++)
		take_word(words, argv[i]);
	return e;
}

static bool
takes_two(const struct command *command)
{
	return command->argument != NULL &&
	    strchr(command->argument, ' ') != NULL;
}

static bool
takes_many(const struct command *command)
{
	return command->argument != NULL &&
	    strstr(command->argument, "...") != NULL;
}

/* Finds the row, and the words that are its arguments. */
static enum err
read_words(struct call *call, const struct words *words)
{
	const char *noun = words->count > 0 ? words->word[0] : NULL;
	const char *verb = words->count > 1 ? words->word[1] : NULL;
	size_t used = 1;

	if (noun == NULL)
		return refuse("what is to be done?");
	call->command = command_find(noun, NULL);
	if (call->command == NULL && verb != NULL) {
		call->command = command_find(noun, verb);
		used = 2;
	}
	if (!command_has_noun(noun))
		return refuse("unknown command %s", noun);
	if (call->command == NULL && verb == NULL)
		return refuse("%s: what is to be done with it?", noun);
	if (call->command == NULL)
		return refuse("%s: unknown command %s", noun, verb);
	if (call->command->argument != NULL && words->count > used)
		call->argument = words->word[used++];
	while (takes_many(call->command) && words->count > used)
		call->claim[call->claims++] = words->word[used++];
	if (takes_two(call->command) && words->count > used)
		call->second = words->word[used++];
	if (words->count > used || words->surplus > 0)
		return refuse("%s: too many arguments", noun);
	return OK;
}

static enum err
check_call(const struct call *call)
{
	const struct command *command = call->command;

	for (unsigned i = 0; i < CLI_OPTION_COUNT; i++) {
		uint64_t bit = CLI_BIT_OF(i);
		bool given = call_has(call, (enum cli_option)i);

		if (given &&
		    (bit & (command->needs | command->takes | GLOBAL)) == 0)
			return refuse("%s does not take --%s", command->noun,
			    rows[i].name);
		if (!given && (bit & command->needs) != 0)
			return refuse("%s needs --%s %s", command->noun,
			    rows[i].name, rows[i].argument);
	}
	if ((command->argument != NULL && command->argument[0] != '[' &&
		call->argument == NULL) ||
	    (takes_two(command) && !takes_many(command) &&
		call->second == NULL))
		return refuse(
		    "%s needs a %s", command->noun, command->argument);
	return OK;
}

enum err
arguments_read(int argc, char **argv, struct call *call, const char **noun)
{
	struct words words = {0};
	enum err e = read_options(argc, argv, call, &words);

	if (e != OK)
		return e;
	*noun = words.count > 0 ? words.word[0] : NULL;
	if (call_has(call, CLI_HELP) || call_has(call, CLI_VERSION))
		return OK;
	e = read_words(call, &words);
	return e == OK ? check_call(call) : e;
}
