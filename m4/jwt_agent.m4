dnl SPDX-License-Identifier: BSD-3-Clause

dnl JWT_AGENT_MISSING(WHAT, DEBIAN-PACKAGE): remember what is not there.
AC_DEFUN([JWT_AGENT_MISSING], [
	jwt_agent_missing="$jwt_agent_missing
    $1 (Debian package $2)"
	jwt_agent_packages="$jwt_agent_packages $2"
])

dnl JWT_AGENT_LIBRARY(VARIABLE, PKG-CONFIG-SPEC, DEBIAN-PACKAGE)
AC_DEFUN([JWT_AGENT_LIBRARY], [
	PKG_CHECK_MODULES([$1], [$2], [:], [JWT_AGENT_MISSING([$2], [$3])])
])

dnl JWT_AGENT_HEADER(VARIABLE, HEADER, LIBRARY, FUNCTION, DEBIAN-PACKAGE): for
dnl what brings no pkg-config file on every release we build on.
AC_DEFUN([JWT_AGENT_HEADER], [
	jwt_agent_found=yes
	AC_CHECK_HEADER([$2], [:], [jwt_agent_found=no], [#include <stddef.h>])
	AC_CHECK_LIB([$3], [$4], [:], [jwt_agent_found=no])
	AS_IF([test "$jwt_agent_found" = yes], [$1_LIBS="-l$3"],
		[JWT_AGENT_MISSING([$2], [$5])])
	AC_SUBST([$1_LIBS])
])

AC_DEFUN([JWT_AGENT_REPORT_MISSING], [
	AS_IF([test -n "$jwt_agent_missing"], [
		AC_MSG_ERROR([missing:$jwt_agent_missing

  apt-get install$jwt_agent_packages
])
	])
])
