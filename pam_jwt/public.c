/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_jwt/phase.h"

#define EXPORTED __attribute__((visibility("default")))

static int
run(pam_handle_t *pamh, int flags, int argc, const char **argv,
    int (*phase)(struct context *context))
{
	auto_clear(context) struct context context = {
	    .pamh = pamh, .flags = (unsigned int)flags};
	int code = module_options_read(pamh, argc, argv, &context.options);

	if (code != PAM_SUCCESS)
		return code;
	/* observing changes nothing: only a verdict is of interest */
	if (context.options.observe && phase != phase_authenticate)
		return PAM_IGNORE;
	code = phase(&context);
	return context.options.observe ? PAM_IGNORE : code;
}

EXPORTED int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return run(pamh, flags, argc, argv, phase_authenticate);
}

EXPORTED int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return run(pamh, flags, argc, argv, phase_credential);
}

EXPORTED int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return run(pamh, flags, argc, argv, phase_account);
}

EXPORTED int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return run(pamh, flags, argc, argv, phase_open_session);
}

EXPORTED int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return run(pamh, flags, argc, argv, phase_close_session);
}

EXPORTED int
pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return run(pamh, flags, argc, argv, phase_change);
}
