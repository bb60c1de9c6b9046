# SPDX-License-Identifier: BSD-3-Clause
# For `if HAVE_PAMTEST`: needs cmocka, libpamtest and libpam-wrapper.

# The scene: the built module under libpam, a person and a fake agent.
check_LTLIBRARIES += %D%/libscene.la
%C%_libscene_la_SOURCES = \
	%D%/fake_agent.c %D%/fake_agent.h \
	%D%/replace.c %D%/replace.h \
	%D%/scene.c %D%/scene.h
%C%_libscene_la_CPPFLAGS = $(AM_CPPFLAGS) \
	-DPAM_JWT_MODULE='"$(abs_top_builddir)/pam_jwt/.libs/pam_jwt.so"'

pam_tests = \
	%D%/answer_test \
	%D%/authenticate_test \
	%D%/example_test \
	%D%/memory_test \
	%D%/password_test \
	%D%/server_test \
	%D%/session_test \
	%D%/shape_test
check_PROGRAMS += $(pam_tests)
TESTS += $(pam_tests)

# The module calls pam_syslog() and pidfd_open() of the test program.
pam_scene_flags = $(AM_LDFLAGS) -export-dynamic
pam_scene_libraries = %D%/libscene.la pam_jwt/libpam_jwt.la \
	$(PAM_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)

%C%_answer_test_LDFLAGS = $(pam_scene_flags)
%C%_answer_test_LDADD = $(pam_scene_libraries)
%C%_authenticate_test_LDFLAGS = $(pam_scene_flags)
%C%_authenticate_test_LDADD = $(pam_scene_libraries)
%C%_example_test_LDFLAGS = $(pam_scene_flags)
%C%_example_test_LDADD = -lpamtest $(pam_scene_libraries)
%C%_memory_test_LDFLAGS = $(pam_scene_flags) \
	-Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=strdup
%C%_memory_test_LDADD = $(pam_scene_libraries)
%C%_password_test_LDFLAGS = $(pam_scene_flags)
%C%_password_test_LDADD = $(pam_scene_libraries)
%C%_server_test_LDFLAGS = $(pam_scene_flags)
%C%_server_test_LDADD = $(pam_scene_libraries)
%C%_session_test_LDFLAGS = $(pam_scene_flags)
%C%_session_test_LDADD = $(pam_scene_libraries)
%C%_shape_test_LDADD = pam_jwt/libpam_jwt.la $(CMOCKA_LIBS)

# A sanitizer's build needs and offers more than the shipped one.
if !SANITIZERS
TESTS += %D%/module_symbols.sh
endif
EXTRA_DIST += %D%/module_symbols.sh
