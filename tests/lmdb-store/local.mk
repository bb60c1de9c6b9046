# SPDX-License-Identifier: BSD-3-Clause
store_test_fixture = %D%/sample.c %D%/sample.h %D%/scratch.c %D%/scratch.h
# For a test that stops or fails the writes of LMDB.
store_test_writes = %D%/blocks.c %D%/blocks.h \
	%D%/powerloss.c %D%/powerloss.h
store_test_libraries = lmdb-store/libstore.la base/libbase.la \
	$(CMOCKA_LIBS) $(JANSSON_LIBS) $(OPENSSL_LIBS) $(LMDB_LIBS)

store_tests = \
	%D%/alert_test \
	%D%/audit_test \
	%D%/backup_test \
	%D%/census_test \
	%D%/chain_test \
	%D%/checkpoint_test \
	%D%/code_test \
	%D%/daily_test \
	%D%/damage_test \
	%D%/check_test \
	%D%/datakey_test \
	%D%/device_test \
	%D%/family_test \
	%D%/fault_test \
	%D%/flag_test \
	%D%/flood_test \
	%D%/jwks_test \
	%D%/key_test \
	%D%/kv_test \
	%D%/masterkey_command_test \
	%D%/masterkey_test \
	%D%/migration_fault_test \
	%D%/migration_test \
	%D%/operation_test \
	%D%/record_test \
	%D%/counter_test \
	%D%/holding_test \
	%D%/refusals_test \
	%D%/replay_test \
	%D%/restore_test \
	%D%/revoked_test \
	%D%/schema_test \
	%D%/seal_test \
	%D%/session_test \
	%D%/signkey_test \
	%D%/store_test \
	%D%/user_test \
	%D%/writes_test
check_PROGRAMS += $(store_tests)
TESTS += $(store_tests)

# For tests of what takes long in a large store: ci/large.
noinst_PROGRAMS += %D%/large_store
%C%_large_store_SOURCES = %D%/large_store.c
%C%_large_store_LDADD = lmdb-store/libstore.la

%C%_alert_test_SOURCES = %D%/alert_test.c $(store_test_fixture)
%C%_alert_test_LDADD = $(store_test_libraries)
%C%_audit_test_SOURCES = %D%/audit_test.c $(store_test_fixture)
%C%_audit_test_LDADD = $(store_test_libraries)
%C%_census_test_SOURCES = %D%/census_test.c $(store_test_fixture)
%C%_census_test_LDADD = $(store_test_libraries)
%C%_chain_test_SOURCES = %D%/chain_test.c $(store_test_fixture)
%C%_chain_test_LDADD = $(store_test_libraries)
%C%_backup_test_SOURCES = %D%/backup_test.c $(store_test_fixture)
%C%_backup_test_LDADD = $(store_test_libraries)
%C%_checkpoint_test_SOURCES = %D%/checkpoint_test.c $(store_test_fixture)
%C%_checkpoint_test_LDADD = $(store_test_libraries)
%C%_code_test_SOURCES = %D%/code_test.c $(store_test_fixture)
%C%_code_test_LDADD = $(store_test_libraries)
%C%_check_test_SOURCES = %D%/check_test.c $(store_test_fixture)
%C%_check_test_LDADD = $(store_test_libraries)
%C%_datakey_test_SOURCES = %D%/datakey_test.c $(store_test_fixture)
%C%_datakey_test_LDADD = $(store_test_libraries)
%C%_daily_test_SOURCES = %D%/daily_test.c $(store_test_fixture)
%C%_daily_test_LDADD = $(store_test_libraries)
%C%_damage_test_SOURCES = %D%/damage_test.c $(store_test_fixture)
%C%_damage_test_LDADD = $(store_test_libraries)
%C%_device_test_SOURCES = %D%/device_test.c $(store_test_fixture)
%C%_device_test_LDADD = $(store_test_libraries)
%C%_family_test_SOURCES = %D%/family_test.c $(store_test_fixture)
%C%_family_test_LDADD = $(store_test_libraries)
%C%_flag_test_SOURCES = %D%/flag_test.c $(store_test_fixture)
%C%_flag_test_LDADD = $(store_test_libraries)
%C%_fault_test_SOURCES = %D%/fault_test.c $(store_test_fixture)
%C%_fault_test_LDADD = $(store_test_libraries)
%C%_flood_test_SOURCES = %D%/flood_test.c $(store_test_fixture)
%C%_flood_test_LDADD = $(store_test_libraries)
%C%_jwks_test_SOURCES = %D%/jwks_test.c $(store_test_fixture)
%C%_jwks_test_LDADD = $(store_test_libraries)
%C%_key_test_SOURCES = %D%/key_test.c $(store_test_fixture)
%C%_key_test_LDADD = $(store_test_libraries)
%C%_kv_test_SOURCES = %D%/kv_test.c $(store_test_fixture)
%C%_kv_test_LDADD = $(store_test_libraries)
%C%_masterkey_command_test_SOURCES = \
	%D%/masterkey_command_test.c $(store_test_fixture)
%C%_masterkey_command_test_LDADD = $(store_test_libraries)
%C%_masterkey_test_SOURCES = %D%/masterkey_test.c $(store_test_fixture)
%C%_masterkey_test_LDADD = $(store_test_libraries)
%C%_migration_fault_test_SOURCES = %D%/migration_fault_test.c \
	%D%/older.c %D%/older.h $(store_test_fixture)
%C%_migration_fault_test_LDADD = $(store_test_libraries)
%C%_migration_fault_test_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=strdup \
	-Wl,--wrap=mdb_txn_begin,--wrap=mdb_txn_commit \
	-Wl,--wrap=mdb_get,--wrap=mdb_put,--wrap=mdb_del,--wrap=mdb_stat \
	-Wl,--wrap=mdb_cursor_open,--wrap=mdb_cursor_get
%C%_migration_test_SOURCES = %D%/migration_test.c %D%/older.c %D%/older.h \
	$(store_test_fixture) $(store_test_writes)
%C%_migration_test_LDADD = $(store_test_libraries)
EXTRA_DIST += %D%/fixtures/make.py \
	%D%/fixtures/schema-1.json %D%/fixtures/schema-1.key \
	%D%/fixtures/schema-1.mdb.gz \
	%D%/fixtures/schema-2.json %D%/fixtures/schema-2.key \
	%D%/fixtures/schema-2.mdb.gz \
	%D%/fixtures/schema-3.json %D%/fixtures/schema-3.key \
	%D%/fixtures/schema-3.mdb.gz \
	%D%/fixtures/schema-4.json %D%/fixtures/schema-4.key \
	%D%/fixtures/schema-4.mdb.gz \
	%D%/fixtures/schema-5.json %D%/fixtures/schema-5.key \
	%D%/fixtures/schema-5.mdb.gz
%C%_operation_test_SOURCES = %D%/operation_test.c $(store_test_fixture)
%C%_operation_test_LDADD = $(store_test_libraries)
%C%_record_test_SOURCES = %D%/record_test.c $(store_test_fixture)
%C%_record_test_LDADD = $(store_test_libraries)
%C%_holding_test_SOURCES = %D%/holding_test.c $(store_test_fixture)
%C%_holding_test_LDADD = $(store_test_libraries)
%C%_counter_test_SOURCES = %D%/counter_test.c $(store_test_fixture)
%C%_counter_test_LDADD = $(store_test_libraries)
%C%_refusals_test_SOURCES = %D%/refusals_test.c $(store_test_fixture)
%C%_refusals_test_LDADD = $(store_test_libraries)
%C%_replay_test_SOURCES = %D%/replay_test.c $(store_test_fixture)
%C%_replay_test_LDADD = $(store_test_libraries)
%C%_restore_test_SOURCES = %D%/restore_test.c $(store_test_fixture)
%C%_restore_test_LDADD = $(store_test_libraries)
%C%_revoked_test_SOURCES = %D%/revoked_test.c $(store_test_fixture)
%C%_revoked_test_LDADD = $(store_test_libraries)
%C%_schema_test_SOURCES = %D%/schema_test.c $(store_test_fixture)
%C%_schema_test_LDADD = $(store_test_libraries)
%C%_seal_test_SOURCES = %D%/seal_test.c $(store_test_fixture)
%C%_seal_test_LDADD = $(store_test_libraries)
%C%_session_test_SOURCES = %D%/session_test.c $(store_test_fixture)
%C%_session_test_LDADD = $(store_test_libraries)
%C%_signkey_test_SOURCES = %D%/signkey_test.c $(store_test_fixture)
%C%_signkey_test_LDADD = $(store_test_libraries)
%C%_store_test_SOURCES = %D%/store_test.c $(store_test_fixture)
%C%_store_test_LDADD = $(store_test_libraries)
%C%_user_test_SOURCES = %D%/user_test.c $(store_test_fixture)
%C%_user_test_LDADD = $(store_test_libraries)
%C%_writes_test_SOURCES = %D%/writes_test.c $(store_test_fixture) \
	$(store_test_writes)
%C%_writes_test_LDADD = $(store_test_libraries)

%C%_fault_test_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=strdup \
	-Wl,--wrap=fsync,--wrap=link,--wrap=mkdir,--wrap=flock \
	-Wl,--wrap=mdb_env_create,--wrap=mdb_env_set_maxdbs \
	-Wl,--wrap=mdb_env_set_mapsize,--wrap=mdb_env_open \
	-Wl,--wrap=mdb_reader_check,--wrap=mdb_txn_begin \
	-Wl,--wrap=mdb_txn_commit,--wrap=mdb_dbi_open \
	-Wl,--wrap=mdb_get,--wrap=mdb_put,--wrap=mdb_del,--wrap=mdb_stat \
	-Wl,--wrap=mdb_cursor_open,--wrap=mdb_cursor_get \
	-Wl,--wrap=EVP_CIPHER_CTX_new,--wrap=EVP_CipherInit_ex \
	-Wl,--wrap=EVP_CipherUpdate,--wrap=EVP_CipherFinal_ex

%C%_operation_test_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=mdb_txn_begin,--wrap=mdb_txn_commit \
	-Wl,--wrap=mdb_get,--wrap=mdb_put,--wrap=mdb_del,--wrap=mdb_stat \
	-Wl,--wrap=mdb_cursor_open,--wrap=mdb_cursor_get
