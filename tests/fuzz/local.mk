# SPDX-License-Identifier: BSD-3-Clause

# NAME_replay feeds the corpus NAME to NAME_fuzz.c. Configured with CC=clang
# and --enable-fuzzing, the same file makes a fuzzer, which `make fuzz` runs.
%C%_programs = \
	%D%/claims_replay \
	%D%/config_replay \
	%D%/jwk_replay \
	%D%/jws_replay \
	%D%/mapping_replay \
	%D%/message_replay

check_PROGRAMS += $(%C%_programs)
TESTS += $(%C%_programs)

%C%_claims_replay_SOURCES = %D%/claims_fuzz.c %D%/replay.c
%C%_claims_replay_LDADD = jwt-agent/verify/libverify.la

%C%_config_replay_SOURCES = %D%/config_fuzz.c %D%/replay.c
%C%_config_replay_LDADD = jwt-agent/config/libconfig.la

%C%_jwk_replay_SOURCES = %D%/jwk_fuzz.c %D%/replay.c
%C%_jwk_replay_LDADD = jwt-agent/verify/libverify.la

%C%_jws_replay_SOURCES = %D%/jws_fuzz.c %D%/replay.c
%C%_jws_replay_LDADD = \
	jwt-agent/policy/libpolicy.la \
	jwt-agent/verify/libverify.la

%C%_mapping_replay_SOURCES = %D%/mapping_fuzz.c %D%/replay.c
%C%_mapping_replay_LDADD = \
	jwt-agent/policy/libpolicy.la \
	jwt-agent/verify/libverify.la

%C%_message_replay_SOURCES = %D%/message_fuzz.c %D%/replay.c
%C%_message_replay_LDADD = \
	jwt-agent/server/libserver.la \
	jwt-agent/config/libconfig.la

EXTRA_DIST += %D%/corpus

if FUZZING
FUZZ_SECONDS = 180
fuzzers = \
	%D%/claims_fuzz \
	%D%/config_fuzz \
	%D%/jwk_fuzz \
	%D%/jws_fuzz \
	%D%/mapping_fuzz \
	%D%/message_fuzz
noinst_PROGRAMS += $(fuzzers)

%C%_claims_fuzz_SOURCES = %D%/claims_fuzz.c
%C%_claims_fuzz_LDADD = $(%C%_claims_replay_LDADD)
%C%_claims_fuzz_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer

%C%_config_fuzz_SOURCES = %D%/config_fuzz.c
%C%_config_fuzz_LDADD = $(%C%_config_replay_LDADD)
%C%_config_fuzz_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer

%C%_jwk_fuzz_SOURCES = %D%/jwk_fuzz.c
%C%_jwk_fuzz_LDADD = $(%C%_jwk_replay_LDADD)
%C%_jwk_fuzz_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer

%C%_jws_fuzz_SOURCES = %D%/jws_fuzz.c
%C%_jws_fuzz_LDADD = $(%C%_jws_replay_LDADD)
%C%_jws_fuzz_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer

%C%_mapping_fuzz_SOURCES = %D%/mapping_fuzz.c
%C%_mapping_fuzz_LDADD = $(%C%_mapping_replay_LDADD)
%C%_mapping_fuzz_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer

%C%_message_fuzz_SOURCES = %D%/message_fuzz.c
%C%_message_fuzz_LDADD = $(%C%_message_replay_LDADD)
%C%_message_fuzz_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer

fuzz: $(fuzzers)
	for fuzzer in $(fuzzers); do \
		name=$$(basename $$fuzzer _fuzz); \
		mkdir -p found-$$name; \
		./$$fuzzer -max_total_time=$(FUZZ_SECONDS) found-$$name \
			$(srcdir)/%D%/corpus/$$name || exit 1; \
	done
.PHONY: fuzz
endif
