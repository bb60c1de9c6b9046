# SPDX-License-Identifier: BSD-3-Clause
noinst_LTLIBRARIES += %D%/libstore.la
%C%_libstore_la_LIBADD = base/libbase.la $(JANSSON_LIBS) $(OPENSSL_LIBS) \
	$(LMDB_LIBS)
%C%_libstore_la_SOURCES = \
	%D%/alert.c %D%/alert.h \
	%D%/upkeep.c %D%/upkeep.h \
	%D%/aside.c %D%/aside.h \
	%D%/audit.c %D%/audit.h \
	%D%/audit_ends.c %D%/audit_ends.h \
	%D%/audit_record.h \
	%D%/backup.c %D%/backup.h \
	%D%/code.c %D%/code.h \
	%D%/census.c %D%/census.h \
	%D%/chain.c %D%/chain.h \
	%D%/check.c %D%/check.h \
	%D%/checkpoint.c %D%/checkpoint.h \
	%D%/clock.c %D%/clock.h \
	%D%/daily.c %D%/daily.h \
	%D%/damage.c %D%/damage.h \
	%D%/datakey.c %D%/datakey.h \
	%D%/configured.c %D%/configured.h \
	%D%/counter.c %D%/counter.h \
	%D%/device.c %D%/device.h \
	%D%/digest.c %D%/digest.h \
	%D%/directory.c %D%/directory.h \
	%D%/entry.c %D%/entry.h \
	%D%/error.c %D%/error.h \
	%D%/flood.c %D%/flood.h \
	%D%/family.c %D%/family.h \
	%D%/flag.c %D%/flag.h \
	%D%/flag_change.c %D%/flag_change.h \
	%D%/forgetting.c %D%/forgetting.h \
	%D%/holding.c %D%/holding.h \
	%D%/inspection.c %D%/inspection.h \
	%D%/jwks.c %D%/jwks.h \
	%D%/key.c %D%/key.h \
	%D%/kv.c %D%/kv.h \
	%D%/masterkey.c %D%/masterkey.h \
	%D%/masterkey_command.c %D%/masterkey_command.h \
	%D%/masterkey_form.c %D%/masterkey_form.h \
	%D%/migration.c %D%/migration.h \
	%D%/precaution.c %D%/precaution.h \
	%D%/record.c %D%/record.h \
	%D%/refusals.c %D%/refusals.h \
	%D%/restore.c %D%/restore.h \
	%D%/restored.c %D%/restored.h \
	%D%/replay.c %D%/replay.h \
	%D%/reseal.c %D%/reseal.h \
	%D%/revoked.c %D%/revoked.h \
	%D%/rules.c %D%/rules.h \
	%D%/schema.c %D%/schema.h \
	%D%/seal.c %D%/seal.h \
	%D%/session.c %D%/session.h \
	%D%/signkey.c %D%/signkey.h \
	%D%/stats.c %D%/stats.h \
	%D%/step.c %D%/step.h %D%/step_2.c %D%/step_3.c %D%/step_4.c %D%/step_5.c \
	%D%/step_6.c \
	%D%/store.c %D%/store.h %D%/store_parts.h \
	%D%/stream.c %D%/stream.h \
	%D%/swap.c %D%/swap.h \
	%D%/table.c %D%/table.h \
	%D%/times.c %D%/times.h \
	%D%/upgrade.c \
	%D%/user.c %D%/user.h
