# SPDX-License-Identifier: BSD-3-Clause
noinst_LTLIBRARIES += %D%/libverify.la

%C%_libverify_la_SOURCES = \
	%D%/algorithm.c %D%/algorithm.h \
	%D%/claims.c %D%/claims.h \
	%D%/ecdsa.c %D%/ecdsa.h \
	%D%/header.c %D%/header.h \
	%D%/issuer.c %D%/issuer.h \
	%D%/jwk.c %D%/jwk.h %D%/jwk_read.c \
	%D%/jwk_public.c %D%/jwk_public.h \
	%D%/jws.c %D%/jws.h \
	%D%/key.c %D%/key.h \
	%D%/keyset.c %D%/keyset.h \
	%D%/pem.c %D%/pem.h \
	%D%/pkey.c %D%/pkey.h \
	%D%/plain.c %D%/plain.h \
	%D%/proof.c %D%/proof.h \
	%D%/prover.c %D%/prover.h \
	%D%/quote.c %D%/quote.h \
	%D%/shape.c %D%/shape.h \
	%D%/sign.c %D%/sign.h \
	%D%/signer.c %D%/signer.h \
	%D%/trail.c %D%/trail.h \
	%D%/verification.c %D%/verification.h \
	%D%/verify.c %D%/verify.h \
	%D%/verify_jws.c %D%/verify_jws.h
%C%_libverify_la_LIBADD = base/libbase.la \
	$(LIBJWT_LIBS) $(JANSSON_LIBS) $(OPENSSL_LIBS) -lm
