/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Tokens that must be refused, each for its own reason, beside some that look
 * odd and are good.
 */

#include "base/base64url.h"
#include "base/fields.h"
#include "jwt-agent/verify/ecdsa.h"
#include "tests/verify/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct world world;

/* How a row's token gets its signature. */
enum signing {
	BY_ES,
	BY_RS,
	BY_ED,
	BY_PS,
	BY_OTHER,
	BY_TWIN,
	BY_SPARE,
	BY_NOBODY,     /* the third part is empty */
	BY_NOISE,      /* 64 bytes of 0x55 */
	BY_ZERO,       /* r = s = 0 */
	BY_ZERO_R,     /* r = 0 */
	BY_ZERO_S,     /* s = 0 */
	BY_ORDER,      /* r and s above the order of the group */
	BY_DER,	       /* ES256, but as DER */
	BY_SHORT,      /* one byte less than it should have */
	BY_LONG,       /* one byte more */
	BY_PEM,	       /* HMAC with the PEM of rs */
	BY_PUBLIC_DER, /* HMAC with the DER of rs */
	BY_EC_PEM,     /* HMAC with the PEM of es */
	BY_EMPTY,      /* HMAC with an empty secret */
	BY_SECRET,     /* HMAC with the secret */
	BY_SECRET384,  /* the same with SHA-384 */
	BY_SHORTER,    /* HMAC with the secret but its last byte */
	BY_OTHER_PEM,  /* HMAC with the PEM of other */
};

#define ES "{'alg':'ES256','kid':'@es','typ':'at+jwt'}"
#define RS "{'alg':'RS256','kid':'@rs'}"
#define HS "{'alg':'HS256','kid':'@rs'}"
#define OT "{'alg':'RS256','kid':'@ot'}"
#define BASE "'iss':'" LOCAL "','sub':'alice','aud':'ssh'"
#define EXP "'exp':1767226500"
#define GOOD "{" BASE "," EXP "}"
#define WITH(more) "{" BASE "," EXP "," more "}"
#define TIMES(times) "{" BASE "," times "}"
#define AUD(aud) "{'iss':'" LOCAL "','sub':'alice'," EXP ",'aud':" aud "}"
#define OTHERS(times) "{'iss':'" OTHER "','sub':'alice','aud':'ssh'," times "}"
#define TWIN(header, signing, expected)                                        \
	{                                                                      \
		"twins " header, header,                                       \
		    "{'iss':'" TWINS "','sub':'alice','aud':'ssh'," EXP "}",   \
		    signing, expected                                          \
	}
#define SECRETS "{'iss':'" SECRET "','sub':'alice','aud':'ssh'," EXP "}"
#define ACCOUNT(account)                                                       \
	"{'iss':'" BROAD "','sub':'root','aud':'ssh'," EXP                     \
	",'account':" account "}"
#define BROADS ACCOUNT("{'name':'alice'}")
#define PS "{'alg':'PS256','kid':'@ps'}"
#define HOSTILE_MIN 120
#define X8 "xxxxxxxx"
#define X64 X8 X8 X8 X8 X8 X8 X8 X8
#define X256 X64 X64 X64 X64
#define OPEN8 "[[[[[[[["
#define CLOSE8 "]]]]]]]]"

struct row {
	const char *name;
	const char *header;
	const char *payload;
	enum signing signing;
	enum err expected;
};

/* clang-format off */
static const struct row rows[] = {
	/* good, so that the others are refused for their own fault */
	{"ES256", ES, GOOD, BY_ES, OK},
	{"RS256", RS, GOOD, BY_RS, OK},
	{"EdDSA", "{'alg':'EdDSA','kid':'@ed'}", GOOD, BY_ED, OK},
	{"no kid", "{'alg':'ES256'}", GOOD, BY_ES, OK},
	{"typ JWT", "{'alg':'ES256','typ':'JWT'}", GOOD, BY_ES, OK},
	{"typ jwt", "{'alg':'ES256','typ':'jwt'}", GOOD, BY_ES, OK},
	{"typ AT+JWT", "{'alg':'ES256','typ':'AT+JWT'}", GOOD, BY_ES, OK},
	{"typ application/at+jwt", "{'alg':'ES256','typ':'Application/at+jwt'}", GOOD, BY_ES, OK},
	{"space in JSON", " { 'alg' : 'ES256' } ", " { " BASE " , " EXP " }\n", BY_ES, OK},
	{"escaped alg", "{'alg':'\\u0045S256'}", GOOD, BY_ES, OK},
	{"escaped aud", "{'alg':'ES256'}", AUD("'\\u0073sh'"), BY_ES, OK},
	{"unknown header members", "{'alg':'ES256','cty':'x','z':[1,{}]}", GOOD, BY_ES, OK},

	{"PS256", PS, BROADS, BY_PS, OK},
	{"HS256", "{'alg':'HS256'}", SECRETS, BY_SECRET, OK},
	{"HS384", "{'alg':'HS384'}", SECRETS, BY_SECRET384, OK},
	{"secret has no name", "{'alg':'HS256','kid':'any'}", SECRETS, BY_SECRET, OK},
	{"PEM by its thumbprint", "{'alg':'RS256','kid':'@ot'}", BROADS, BY_OTHER, OK},
	{"PEM by any name", "{'alg':'RS256','kid':'any'}", BROADS, BY_OTHER, OK},
	{"PEM without a name", "{'alg':'ES256'}", BROADS, BY_SPARE, OK},

	/* unsigned, and signed by what everybody has */
	{"none", "{'alg':'none'}", GOOD, BY_NOBODY, ERR_UNSIGNED},
	{"none with kid", "{'alg':'none','kid':'@es'}", GOOD, BY_NOBODY, ERR_UNSIGNED},
	{"None", "{'alg':'None'}", GOOD, BY_NOISE, ERR_UNSIGNED},
	{"NONE", "{'alg':'NONE'}", GOOD, BY_NOBODY, ERR_UNSIGNED},
	{"nOnE escaped", "{'alg':'n\\u004fnE'}", GOOD, BY_NOBODY, ERR_UNSIGNED},
	{"HS256 by PEM", HS, GOOD, BY_PEM, ERR_ALGORITHM_REFUSED},
	{"HS256 by DER", HS, GOOD, BY_PUBLIC_DER, ERR_ALGORITHM_REFUSED},
	{"HS256 by EC PEM", "{'alg':'HS256','kid':'@es'}", GOOD, BY_EC_PEM, ERR_ALGORITHM_REFUSED},
	{"HS256 by nothing", HS, GOOD, BY_EMPTY, ERR_ALGORITHM_REFUSED},
	{"HS384", "{'alg':'HS384'}", GOOD, BY_PEM, ERR_ALGORITHM_REFUSED},
	{"HMAC called RS256", RS, GOOD, BY_PEM, ERR_BAD_SIGNATURE},
	{"HMAC called ES256", ES, GOOD, BY_EC_PEM, ERR_BAD_SIGNATURE},

	{"none from the issuer with a secret", "{'alg':'none'}", SECRETS, BY_NOBODY, ERR_UNSIGNED},
	{"HS256 by another secret", "{'alg':'HS256'}", SECRETS, BY_SHORTER, ERR_BAD_SIGNATURE},
	{"HS256 by nothing, secret there", "{'alg':'HS256'}", SECRETS, BY_EMPTY, ERR_BAD_SIGNATURE},
	{"HS256 called HS384", "{'alg':'HS384'}", SECRETS, BY_SECRET, ERR_BAD_SIGNATURE},
	{"HS384 called HS256", "{'alg':'HS256'}", SECRETS, BY_SECRET384, ERR_BAD_SIGNATURE},
	{"HS512 unlisted", "{'alg':'HS512'}", SECRETS, BY_SECRET, ERR_ALGORITHM_REFUSED},
	{"RS256 from the issuer with a secret", RS, SECRETS, BY_RS, ERR_ALGORITHM_REFUSED},
	{"another's secret for ours", "{'alg':'HS256'}", GOOD, BY_SECRET, ERR_ALGORITHM_REFUSED},
	{"another's secret for one without", "{'alg':'HS256'}", BROADS, BY_SECRET, ERR_UNKNOWN_KEY},
	{"HS256 by a PEM, listed", "{'alg':'HS256'}", BROADS, BY_OTHER_PEM, ERR_UNKNOWN_KEY},
	{"HS256 by a PEM, its thumbprint", "{'alg':'HS256','kid':'@ot'}", BROADS, BY_OTHER_PEM, ERR_UNKNOWN_KEY},
	{"HMAC called RS256, listed", "{'alg':'RS256'}", BROADS, BY_OTHER_PEM, ERR_BAD_SIGNATURE},
	{"a secret that is brought along", "{'alg':'HS256','jwk':{'kty':'oct','k':''}}", SECRETS, BY_EMPTY, ERR_BAD_SIGNATURE},

	/* algorithms */
	{"es256", "{'alg':'es256'}", GOOD, BY_ES, ERR_ALGORITHM_REFUSED},
	{"ES256 with space", "{'alg':'ES256 '}", GOOD, BY_ES, ERR_ALGORITHM_REFUSED},
	{"ES256 and NUL", "{'alg':'ES256\\u0000'}", GOOD, BY_ES, ERR_MALFORMED},
	{"empty alg", "{'alg':''}", GOOD, BY_ES, ERR_ALGORITHM_REFUSED},
	{"alg absent", "{'kid':'@es'}", GOOD, BY_ES, ERR_MALFORMED},
	{"alg a number", "{'alg':256}", GOOD, BY_ES, ERR_MALFORMED},
	{"alg a list", "{'alg':['ES256']}", GOOD, BY_ES, ERR_MALFORMED},
	{"alg null", "{'alg':null}", GOOD, BY_ES, ERR_MALFORMED},
	{"PS256 unlisted", "{'alg':'PS256','kid':'@rs'}", GOOD, BY_PS, ERR_ALGORITHM_REFUSED},
	{"PS256 called RS256", RS, GOOD, BY_PS, ERR_BAD_SIGNATURE},
	{"RS256 called PS256", PS, BROADS, BY_RS, ERR_BAD_SIGNATURE},
	{"PS256 called RS256, both listed", "{'alg':'RS256'}", BROADS, BY_PS, ERR_BAD_SIGNATURE},
	{"RS256 by the key for PS256", "{'alg':'RS256','kid':'@ps'}", BROADS, BY_RS, ERR_BAD_SIGNATURE},
	{"PS256 by the key for RS256", "{'alg':'PS256'}", BROADS, BY_OTHER, ERR_BAD_SIGNATURE},
	{"PS384", "{'alg':'PS384','kid':'@ps'}", BROADS, BY_PS, ERR_ALGORITHM_REFUSED},
	{"ES384 unlisted", "{'alg':'ES384','kid':'@es'}", GOOD, BY_ES, ERR_ALGORITHM_REFUSED},
	{"not this issuer's", "{'alg':'ES256','kid':'@es'}", OTHERS("'iat':1767225600," EXP), BY_ES, ERR_ALGORITHM_REFUSED},

	/* key types and kids */
	{"RS256 naming the EC key", "{'alg':'RS256','kid':'@es'}", GOOD, BY_RS, ERR_UNKNOWN_KEY},
	{"ES256 naming the RSA key", "{'alg':'ES256','kid':'@rs'}", GOOD, BY_ES, ERR_UNKNOWN_KEY},
	{"EdDSA naming the EC key", "{'alg':'EdDSA','kid':'@es'}", GOOD, BY_ED, ERR_UNKNOWN_KEY},
	{"kid unknown", "{'alg':'ES256','kid':'nobody'}", GOOD, BY_ES, ERR_UNKNOWN_KEY},
	{"kid a path, tried", "{'alg':'ES256','kid':'../../../etc/passwd'}", BROADS, BY_ES, ERR_BAD_SIGNATURE},
	{"kid SQL", "{'alg':'ES256','kid':'1; DROP TABLE keys'}", GOOD, BY_ES, ERR_UNKNOWN_KEY},
	{"kid a command", "{'alg':'ES256','kid':'|/bin/sh'}", GOOD, BY_ES, ERR_UNKNOWN_KEY},
	{"kid with a newline", "{'alg':'ES256','kid':'@es\\n'}", GOOD, BY_ES, ERR_UNKNOWN_KEY},
	{"kid with NUL", "{'alg':'ES256','kid':'@es\\u0000'}", GOOD, BY_ES, ERR_MALFORMED},
	{"kid a list", "{'alg':'ES256','kid':['@es']}", GOOD, BY_ES, ERR_MALFORMED},
	{"kid empty", "{'alg':'ES256','kid':''}", GOOD, BY_ES, ERR_UNKNOWN_KEY},
	{"kid a path", "{'alg':'ES256','kid':'../../dev/null'}", GOOD, BY_ES, ERR_UNKNOWN_KEY},
	{"kid with a quote", "{'alg':'ES256','kid':'x\\' OR 1=1 --'}", GOOD, BY_ES, ERR_UNKNOWN_KEY},
	{"kid longer by one", "{'alg':'ES256','kid':'@esx'}", GOOD, BY_ES, ERR_UNKNOWN_KEY},
	{"kid of another issuer", "{'alg':'ES256','kid':'@tw'}", GOOD, BY_TWIN, ERR_UNKNOWN_KEY},
	{"kid 256", "{'alg':'ES256','kid':'" X256 "'}", GOOD, BY_ES, ERR_UNKNOWN_KEY},
	{"kid 257", "{'alg':'ES256','kid':'x" X256 "'}", GOOD, BY_ES, ERR_HEADER_REFUSED},
	{"kid a number", "{'alg':'ES256','kid':1}", GOOD, BY_ES, ERR_MALFORMED},
	{"kid null", "{'alg':'ES256','kid':null}", GOOD, BY_ES, ERR_MALFORMED},
	TWIN("{'alg':'ES256'}", BY_TWIN, OK),
	TWIN("{'alg':'ES256'}", BY_SPARE, OK),
	TWIN("{'alg':'ES256','kid':'@tw'}", BY_TWIN, OK),
	TWIN("{'alg':'ES256','kid':'@tw'}", BY_SPARE, ERR_BAD_SIGNATURE),
	TWIN("{'alg':'ES256'}", BY_ES, ERR_BAD_SIGNATURE),

	/* header members that ask for something */
	{"crit", "{'alg':'ES256','crit':['exp']}", GOOD, BY_ES, ERR_HEADER_REFUSED},
	{"crit empty", "{'alg':'ES256','crit':[]}", GOOD, BY_ES, ERR_HEADER_REFUSED},
	{"crit null", "{'alg':'ES256','crit':null}", GOOD, BY_ES, ERR_HEADER_REFUSED},
	{"crit text", "{'alg':'ES256','crit':'b64'}", GOOD, BY_ES, ERR_HEADER_REFUSED},
	{"b64 false", "{'alg':'ES256','b64':false}", GOOD, BY_ES, ERR_HEADER_REFUSED},
	{"b64 true", "{'alg':'ES256','b64':true}", GOOD, BY_ES, ERR_HEADER_REFUSED},
	{"b64 false and crit", "{'alg':'ES256','b64':false,'crit':['b64']}", GOOD, BY_ES, ERR_HEADER_REFUSED},
	{"zip", "{'alg':'ES256','zip':'DEF'}", GOOD, BY_ES, ERR_HEADER_REFUSED},
	{"typ JOSE", "{'alg':'ES256','typ':'JOSE'}", GOOD, BY_ES, ERR_HEADER_REFUSED},
	{"typ logout+jwt", "{'alg':'ES256','typ':'logout+jwt'}", GOOD, BY_ES, ERR_HEADER_REFUSED},
	{"typ empty", "{'alg':'ES256','typ':''}", GOOD, BY_ES, ERR_HEADER_REFUSED},
	{"typ a number", "{'alg':'ES256','typ':1}", GOOD, BY_ES, ERR_MALFORMED},
	{"jku", "{'alg':'ES256','kid':'@es','jku':'https://evil.example/k'}", GOOD, BY_SPARE, ERR_BAD_SIGNATURE},
	{"x5u", "{'alg':'ES256','x5u':'https://evil.example/k'}", GOOD, BY_SPARE, ERR_BAD_SIGNATURE},
	{"x5c", "{'alg':'ES256','x5c':['MIIB']}", GOOD, BY_SPARE, ERR_BAD_SIGNATURE},
	{"jku beside a good signature", "{'alg':'ES256','jku':'https://evil.example/k'}", GOOD, BY_ES, OK},

	{"jwk that is a secret", "{'alg':'ES256','jwk':{'kty':'oct','k':'AAAA'}}", GOOD, BY_SPARE, ERR_BAD_SIGNATURE},
	{"x5t", "{'alg':'ES256','x5t':'AAAA','x5t#S256':'AAAA'}", GOOD, BY_SPARE, ERR_BAD_SIGNATURE},

	/* headers that are no headers */
	{"header null", "null", GOOD, BY_ES, ERR_MALFORMED},
	{"header true", "true", GOOD, BY_ES, ERR_MALFORMED},
	{"header a number", "1", GOOD, BY_ES, ERR_MALFORMED},
	{"header a list", "['alg','ES256']", GOOD, BY_ES, ERR_MALFORMED},
	{"header text", "'ES256'", GOOD, BY_ES, ERR_MALFORMED},
	{"header empty object", "{}", GOOD, BY_ES, ERR_MALFORMED},
	{"header cut", "{'alg':'ES256'", GOOD, BY_ES, ERR_MALFORMED},
	{"header and more", "{'alg':'ES256'}{}", GOOD, BY_ES, ERR_MALFORMED},
	{"header and comma", "{'alg':'ES256',}", GOOD, BY_ES, ERR_MALFORMED},
	{"alg twice", "{'alg':'ES256','alg':'ES256'}", GOOD, BY_ES, ERR_MALFORMED},
	{"alg twice, once escaped", "{'alg':'none','\\u0061lg':'ES256'}", GOOD, BY_ES, ERR_MALFORMED},
	{"kid twice", "{'alg':'ES256','kid':'@es','kid':'x'}", GOOD, BY_ES, ERR_MALFORMED},
	{"twice inside", "{'alg':'ES256','jwk':{'x':1,'x':2}}", GOOD, BY_ES, ERR_MALFORMED},
	{"header deep", "{'alg':'ES256','x':" OPEN8 CLOSE8 "}", GOOD, BY_ES, ERR_MALFORMED},
	{"header not UTF-8", "{'alg':'ES256','x':'\xc3\x28'}", GOOD, BY_ES, ERR_MALFORMED},

	/* payloads that are no claim sets */
	{"payload a list", ES, "[1]", BY_ES, ERR_MALFORMED},
	{"payload null", ES, "null", BY_ES, ERR_MALFORMED},
	{"payload a number", ES, "1", BY_ES, ERR_MALFORMED},
	{"payload a string", ES, "'x'", BY_ES, ERR_MALFORMED},
	{"payload empty", ES, "", BY_ES, ERR_MALFORMED},
	{"payload two objects", ES, GOOD GOOD, BY_ES, ERR_MALFORMED},
	{"payload empty object", ES, "{}", BY_ES, ERR_UNKNOWN_ISSUER},
	{"payload text", ES, "hello", BY_ES, ERR_MALFORMED},
	{"payload and more", ES, GOOD "x", BY_ES, ERR_MALFORMED},
	{"payload and NUL text", ES, WITH("'x':'\\u0000'"), BY_ES, ERR_MALFORMED},
	{"claim twice", ES, WITH("'sub':'root'"), BY_ES, ERR_MALFORMED},
	{"claim twice, once escaped", ES, WITH("'\\u0073ub':'root'"), BY_ES, ERR_MALFORMED},
	{"claim twice inside", ES, WITH("'x':{'a':1,'a':1}"), BY_ES, ERR_MALFORMED},
	{"claim twice, number and text", ES, WITH("'exp':'x'"), BY_ES, ERR_MALFORMED},
	{"depth 16", ES, WITH("'x':" OPEN8 "[[[[[[[" "]]]]]]]" CLOSE8), BY_ES, OK},
	{"depth 17", ES, WITH("'x':" OPEN8 OPEN8 CLOSE8 CLOSE8), BY_ES, ERR_MALFORMED},
	{"brackets in text", ES, WITH("'x':'" OPEN8 OPEN8 OPEN8 "\\\\\\'}'"), BY_ES, OK},
	{"huge integer", ES, WITH("'x':99999999999999999999"), BY_ES, ERR_MALFORMED},
	{"huge real", ES, WITH("'x':1e999"), BY_ES, ERR_MALFORMED},
	{"NaN", ES, TIMES("'exp':NaN"), BY_ES, ERR_MALFORMED},
	{"leading zero", ES, TIMES("'exp':01767226500"), BY_ES, ERR_MALFORMED},
	{"hexadecimal", ES, TIMES("'exp':0x7fffffff"), BY_ES, ERR_MALFORMED},
	{"lone surrogate", ES, WITH("'x':'\\ud800'"), BY_ES, ERR_MALFORMED},
	{"overlong UTF-8", ES, WITH("'x':'\xc0\xaf'"), BY_ES, ERR_MALFORMED},
	{"cut UTF-8", ES, WITH("'x':'\xe2\x82'"), BY_ES, ERR_MALFORMED},
	{"surrogate in UTF-8", ES, WITH("'x':'\xed\xa0\x80'"), BY_ES, ERR_MALFORMED},
	{"comment", ES, "{/**/" BASE "," EXP "}", BY_ES, ERR_MALFORMED},

	/* issuer and subject */
	{"iss absent", ES, "{'sub':'alice','aud':'ssh'," EXP "}", BY_ES, ERR_UNKNOWN_ISSUER},
	{"iss unknown", ES, "{'iss':'https://evil.example','sub':'alice','aud':'ssh'," EXP "}", BY_ES, ERR_UNKNOWN_ISSUER},
	{"iss longer", ES, "{'iss':'" LOCAL "/','sub':'alice','aud':'ssh'," EXP "}", BY_ES, ERR_UNKNOWN_ISSUER},
	{"iss in capitals", ES, "{'iss':'HTTPS://host.example','sub':'alice','aud':'ssh'," EXP "}", BY_ES, ERR_UNKNOWN_ISSUER},
	{"iss a list", ES, "{'iss':['" LOCAL "'],'sub':'alice','aud':'ssh'," EXP "}", BY_ES, ERR_UNKNOWN_ISSUER},
	{"iss of another", ES, OTHERS("'iat':1767225600," EXP), BY_ES, ERR_ALGORITHM_REFUSED},
	{"another's key for ours", OT, GOOD, BY_OTHER, ERR_UNKNOWN_KEY},
	{"our key for another", RS, OTHERS("'iat':1767225600," EXP), BY_RS, ERR_UNKNOWN_KEY},
	{"sub absent", ES, "{'iss':'" LOCAL "','aud':'ssh'," EXP "}", BY_ES, ERR_INVALID_CLAIM},
	{"sub empty", ES, "{'iss':'" LOCAL "','sub':'','aud':'ssh'," EXP "}", BY_ES, ERR_INVALID_CLAIM},
	{"sub a number", ES, "{'iss':'" LOCAL "','sub':0,'aud':'ssh'," EXP "}", BY_ES, ERR_INVALID_CLAIM},
	{"sub too long", ES, "{'iss':'" LOCAL "','sub':'x" X256 X256 X256 X256 "','aud':'ssh'," EXP "}", BY_ES, ERR_INVALID_CLAIM},
	{"did a number", ES, WITH("'did':1"), BY_ES, ERR_INVALID_CLAIM},
	{"fam null", ES, WITH("'fam':null"), BY_ES, ERR_INVALID_CLAIM},
	{"jti a list", ES, WITH("'jti':[]"), BY_ES, ERR_INVALID_CLAIM},
	{"sub absent and unsigned well", ES, "{'iss':'" LOCAL "'}", BY_SPARE, ERR_BAD_SIGNATURE},

	{"user by a path", "{'alg':'RS256'}", BROADS, BY_OTHER, OK},
	{"user absent, sub there", "{'alg':'RS256'}", ACCOUNT("{}"), BY_OTHER, ERR_INVALID_CLAIM},
	{"user in no object", "{'alg':'RS256'}", ACCOUNT("'name'"), BY_OTHER, ERR_INVALID_CLAIM},
	{"user a list", "{'alg':'RS256'}", ACCOUNT("{'name':['alice']}"), BY_OTHER, ERR_INVALID_CLAIM},
	{"user empty", "{'alg':'RS256'}", ACCOUNT("{'name':''}"), BY_OTHER, ERR_INVALID_CLAIM},
	{"user too long", "{'alg':'RS256'}", ACCOUNT("{'name':'x" X256 X256 X256 X256 "'}"), BY_OTHER, ERR_INVALID_CLAIM},
	{"did of a stranger", "{'alg':'RS256'}", ACCOUNT("{'name':'a'},'did':1,'fam':[]"), BY_OTHER, OK},

	/* times */
	{"exp a list", ES, TIMES("'exp':[1767226500]"), BY_ES, ERR_INVALID_CLAIM},
	{"exp an object", ES, TIMES("'exp':{}"), BY_ES, ERR_INVALID_CLAIM},
	{"exp -1e300", ES, TIMES("'exp':-1e300"), BY_ES, ERR_INVALID_CLAIM},
	{"exp least integer", ES, TIMES("'exp':-9223372036854775808"), BY_ES, ERR_INVALID_CLAIM},
	{"exp absent", ES, "{" BASE "}", BY_ES, ERR_INVALID_CLAIM},
	{"exp text", ES, TIMES("'exp':'1767226500'"), BY_ES, ERR_INVALID_CLAIM},
	{"exp null", ES, TIMES("'exp':null"), BY_ES, ERR_INVALID_CLAIM},
	{"exp true", ES, TIMES("'exp':true"), BY_ES, ERR_INVALID_CLAIM},
	{"exp negative", ES, TIMES("'exp':-1"), BY_ES, ERR_INVALID_CLAIM},
	{"exp a bit negative", ES, TIMES("'exp':-0.5"), BY_ES, ERR_INVALID_CLAIM},
	{"exp huge", ES, TIMES("'exp':9223372036854775807"), BY_ES, ERR_INVALID_CLAIM},
	{"exp 1e300", ES, TIMES("'exp':1e300"), BY_ES, ERR_INVALID_CLAIM},
	{"exp year 10000", ES, TIMES("'exp':253402300800"), BY_ES, ERR_INVALID_CLAIM},
	{"exp year 9999", ES, TIMES("'exp':253402300799"), BY_ES, OK},
	{"exp a real", ES, TIMES("'exp':1767226500.75"), BY_ES, OK},
	{"exp in powers of ten", ES, TIMES("'exp':1.7672265e9"), BY_ES, OK},
	{"exp 0", ES, TIMES("'exp':0"), BY_ES, ERR_EXPIRED},
	{"exp 59 s ago", ES, TIMES("'exp':1767225541"), BY_ES, OK},
	{"exp 60 s ago", ES, TIMES("'exp':1767225540"), BY_ES, ERR_EXPIRED},
	{"exp 59.5 s ago", ES, TIMES("'exp':1767225540.5"), BY_ES, ERR_EXPIRED},
	{"nbf in 5 s", ES, WITH("'nbf':1767225605"), BY_ES, OK},
	{"nbf in 6 s", ES, WITH("'nbf':1767225606"), BY_ES, ERR_NOT_YET_VALID},
	{"nbf text", ES, WITH("'nbf':'0'"), BY_ES, ERR_INVALID_CLAIM},
	{"nbf negative", ES, WITH("'nbf':-5"), BY_ES, ERR_INVALID_CLAIM},
	{"iat in 5 s", ES, WITH("'iat':1767225605"), BY_ES, OK},
	{"iat in 6 s", ES, WITH("'iat':1767225606"), BY_ES, ERR_NOT_YET_VALID},
	{"iat list", ES, WITH("'iat':[1]"), BY_ES, ERR_INVALID_CLAIM},
	{"expired before not yet valid", ES, TIMES("'exp':1,'nbf':1767229999"), BY_ES, ERR_EXPIRED},
	{"no leeway", OT, OTHERS("'iat':1767225590,'exp':1767225600"), BY_OTHER, ERR_EXPIRED},
	{"no leeway, a second left", OT, OTHERS("'iat':1767225590,'exp':1767225601"), BY_OTHER, OK},
	{"no future leeway", OT, OTHERS("'iat':1767225601,'exp':1767225700"), BY_OTHER, ERR_NOT_YET_VALID},
	{"lives an hour", OT, OTHERS("'iat':1767225600,'exp':1767229200"), BY_OTHER, OK},
	{"lives an hour and a second", OT, OTHERS("'iat':1767225600,'exp':1767229201"), BY_OTHER, ERR_LIFETIME_TOO_LONG},
	{"iat absent, needed", OT, OTHERS("'exp':1767229200"), BY_OTHER, ERR_INVALID_CLAIM},
	{"iat 0", OT, OTHERS("'iat':0,'exp':1767229200"), BY_OTHER, ERR_LIFETIME_TOO_LONG},

	/* audience */
	{"aud absent", ES, "{'iss':'" LOCAL "','sub':'alice'," EXP "}", BY_ES, ERR_WRONG_AUDIENCE},
	{"aud another", ES, AUD("'web'"), BY_ES, ERR_WRONG_AUDIENCE},
	{"aud longer", ES, AUD("'sshd'"), BY_ES, ERR_WRONG_AUDIENCE},
	{"aud in capitals", ES, AUD("'SSH'"), BY_ES, ERR_WRONG_AUDIENCE},
	{"aud empty text", ES, AUD("''"), BY_ES, ERR_WRONG_AUDIENCE},
	{"aud list", ES, AUD("['web','ssh']"), BY_ES, OK},
	{"aud list of others", ES, AUD("['web','ss h']"), BY_ES, ERR_WRONG_AUDIENCE},
	{"aud empty list", ES, AUD("[]"), BY_ES, ERR_WRONG_AUDIENCE},
	{"aud list with a number", ES, AUD("['ssh',1]"), BY_ES, ERR_INVALID_CLAIM},
	{"aud list in list", ES, AUD("[['ssh']]"), BY_ES, ERR_INVALID_CLAIM},
	{"aud object", ES, AUD("{'ssh':true}"), BY_ES, ERR_INVALID_CLAIM},
	{"aud number", ES, AUD("1"), BY_ES, ERR_INVALID_CLAIM},
	{"aud null", ES, AUD("null"), BY_ES, ERR_INVALID_CLAIM},

	/* signatures */
	{"signature empty", ES, GOOD, BY_NOBODY, ERR_MALFORMED},
	{"another key", ES, GOOD, BY_SPARE, ERR_BAD_SIGNATURE},
	{"noise", ES, GOOD, BY_NOISE, ERR_BAD_SIGNATURE},
	{"noise for RS256", RS, GOOD, BY_NOISE, ERR_BAD_SIGNATURE},
	{"noise for EdDSA", "{'alg':'EdDSA'}", GOOD, BY_NOISE, ERR_BAD_SIGNATURE},
	{"r = s = 0", ES, GOOD, BY_ZERO, ERR_BAD_SIGNATURE},
	{"r = 0", ES, GOOD, BY_ZERO_R, ERR_BAD_SIGNATURE},
	{"s = 0", ES, GOOD, BY_ZERO_S, ERR_BAD_SIGNATURE},
	{"r and s too large", ES, GOOD, BY_ORDER, ERR_BAD_SIGNATURE},
	{"zeros for EdDSA", "{'alg':'EdDSA'}", GOOD, BY_ZERO, ERR_BAD_SIGNATURE},
	{"DER", ES, GOOD, BY_DER, ERR_BAD_SIGNATURE},
	{"a byte less", ES, GOOD, BY_SHORT, ERR_BAD_SIGNATURE},
	{"a byte more", ES, GOOD, BY_LONG, ERR_BAD_SIGNATURE},
	{"RS256 signature for ES256", ES, GOOD, BY_RS, ERR_BAD_SIGNATURE},
	{"ES256 signature for RS256", RS, GOOD, BY_ES, ERR_BAD_SIGNATURE},
	{"zeros for RS256", RS, GOOD, BY_ZERO, ERR_BAD_SIGNATURE},
	{"EdDSA signature for ES256", ES, GOOD, BY_ED, ERR_BAD_SIGNATURE},
	{"ES256 signature for EdDSA", "{'alg':'EdDSA'}", GOOD, BY_ES, ERR_BAD_SIGNATURE},
};
/* clang-format on */

static const struct key *
signer_of(enum signing signing)
{
	switch (signing) {
	case BY_RS:
		return world.rs;
	case BY_ED:
		return world.ed;
	case BY_PS:
		return world.ps;
	case BY_OTHER:
		return world.other;
	case BY_TWIN:
		return world.twin;
	case BY_SPARE:
		return world.spare;
	default:
		return world.es;
	}
}

/* A good ES256 signature, bent. */
static char *
forge_bent(const char *input, enum signing signing)
{
	uint8_t raw[SIGNATURE_SIZE_MAX], der[ECDSA_DER_MAX];
	size_t size = 0, der_size = 0;

	assert_int_equal(
	    key_sign(world.es, input, strlen(input), raw, &size), OK);
	switch (signing) {
	case BY_ZERO:
		memset(raw, 0, size);
		break;
	case BY_ZERO_R:
		memset(raw, 0, size / 2);
		break;
	case BY_ZERO_S:
		memset(raw + size / 2, 0, size / 2);
		break;
	case BY_ORDER:
		memset(raw, 0xff, size);
		break;
	case BY_SHORT:
		size--;
		break;
	case BY_LONG:
		raw[size++] = 0;
		break;
	case BY_DER:
		assert_int_equal(ecdsa_to_der(raw, size, der, &der_size), OK);
		return forge_join(input, der, der_size);
	default:
		memset(raw, 0x55, size);
		break;
	}
	return forge_join(input, raw, size);
}

static char *
forge_by_pem(const struct row *row, const struct key *key)
{
	auto_str char *pem = public_pem(key);

	return forge_hmac(&world, row->header, row->payload, pem, strlen(pem));
}

static char *
forge_by_der(const struct row *row)
{
	unsigned char *der;
	char *token;
	int size;

	der = public_der(world.rs, &size);
	token =
	    forge_hmac(&world, row->header, row->payload, der, (size_t)size);
	OPENSSL_free(der);
	return token;
}

/* HMAC by what is no secret, or is the right or the wrong one. */
static char *
forge_mac(const struct row *row)
{
	const char *header = row->header, *payload = row->payload;

	switch (row->signing) {
	case BY_PEM:
		return forge_by_pem(row, world.rs);
	case BY_EC_PEM:
		return forge_by_pem(row, world.es);
	case BY_OTHER_PEM:
		return forge_by_pem(row, world.other);
	case BY_PUBLIC_DER:
		return forge_by_der(row);
	case BY_SECRET:
		return forge_hmac(
		    &world, header, payload, WORLD_SECRET, WORLD_SECRET_SIZE);
	case BY_SECRET384:
		return forge_hmac_by(&world, "SHA384", header, payload,
		    WORLD_SECRET, WORLD_SECRET_SIZE);
	case BY_SHORTER:
		return forge_hmac(&world, header, payload, WORLD_SECRET,
		    WORLD_SECRET_SIZE - 1);
	default:
		return forge_hmac(&world, header, payload, "", 0);
	}
}

static char *
token_of(const struct row *row)
{
	auto_str char *input = NULL;

	if (row->signing < BY_NOBODY)
		return forge(
		    &world, row->header, row->payload, signer_of(row->signing));
	if (row->signing >= BY_PEM)
		return forge_mac(row);
	input = forge_input(&world, row->header, row->payload);
	if (row->signing == BY_NOBODY)
		return forge_join(input, "", 0);
	return forge_bent(input, row->signing);
}

static void
table(void **state)
{
	size_t wrong = 0, hostile = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		auto_str char *token = token_of(&rows[i]);
		struct trail trail = {0};
		enum err e = check_trail(&world, token, false, &trail);

		if (e != rows[i].expected) {
			print_error("%s: %s (%s), not %s\n", rows[i].name,
			    err_name(e), trail.steps[trail.count - 1].detail,
			    err_name(rows[i].expected));
			wrong++;
		}
		/* the trail ends where the verdict fell */
		assert_int_equal(trail.steps[trail.count - 1].ok, e == OK);
		if (e == OK)
			assert_int_equal(trail.count, 9);
		else
			assert_true(
			    trail.steps[trail.count - 1].detail[0] != '\0');
		hostile += rows[i].expected != OK;
	}
	assert_int_equal(wrong, 0);
	assert_true(hostile >= HOSTILE_MIN);
	print_message("%zu tokens are refused\n", hostile);
}

/* Bad bytes around and inside a token that is good. */
static void
spoilt(void **state)
{
	auto_str char *token = forge(&world, ES, GOOD, world.es);
	static const struct {
		const char *before, *behind;
	} marks[] = {{"", "."}, {"", "="}, {"", "=="}, {"", "\n"}, {"", " "},
	    {" ", ""}, {"\t", ""}, {".", ""}, {"", ".x"}, {"Bearer ", ""},
	    {"", "\r"}, {"\xef\xbb\xbf", ""}};

	(void)state;
	assert_int_equal(check(&world, token, false), OK);
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
		auto_str char *bad = NULL;

		assert_true(asprintf(&bad, "%s%s%s", marks[i].before, token,
				marks[i].behind) > 0);
		assert_int_equal(check(&world, bad, false), ERR_MALFORMED);
	}
	for (size_t i = 0; token[i] != '\0'; i++) {
		char kept = token[i];

		for (const char *c = "=+/ \n."; *c != '\0'; c++) {
			if (*c == kept)
				continue;
			token[i] = *c;
			assert_int_equal(
			    check(&world, token, false), ERR_MALFORMED);
		}
		token[i] = kept;
	}
	assert_int_equal(check(&world, token, false), OK);
}

/* Whatever character changes, the token is not good any more. */
static void
every_character_counts(void **state)
{
	auto_str char *token = forge(&world, ES, GOOD, world.es);

	(void)state;
	for (size_t i = 0; token[i] != '\0'; i++) {
		char kept = token[i];

		token[i] = kept == 'A' ? 'B' : 'A';
		assert_int_not_equal(check(&world, token, false), OK);
		token[i] = kept;
	}
}

/* The last character of 64 bytes carries four bits that must be 0. */
static void
stray_bits(void **state)
{
	auto_str char *token = forge(&world, ES, GOOD, world.es);
	size_t last = strlen(token) - 1;
	size_t accepted = 0;

	(void)state;
	for (const char *c = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
			     "wxyz0123456789-_";
	     *c != '\0'; c++) {
		token[last] = *c;
		accepted += check(&world, token, false) == OK;
	}
	assert_int_equal(accepted, 1);
}

/* Every way to cut a token off is named when the client may have cut it. */
static void
cut(void **state)
{
	auto_str char *token = forge(&world, ES, GOOD, world.es);
	size_t whole = strlen(token);

	(void)state;
	assert_int_equal(check(&world, token, true), OK);
	for (size_t size = 0; size < whole; size++) {
		auto_str char *part = strndup(token, size);
		enum err e = check(&world, part, false);

		assert_true(e == ERR_MALFORMED || e == ERR_BAD_SIGNATURE);
		assert_int_equal(check(&world, part, true), ERR_TRUNCATED);
	}
}

/* What a client leaves of a token that is longer than 1023 bytes. */
static void
cut_at_1023(void **state)
{
	auto_str char *token =
	    forge(&world, ES, WITH("'x':'" X256 X256 X256 X256 "'"), world.es);

	(void)state;
	assert_true(strlen(token) > 1023);
	assert_int_equal(check(&world, token, false), OK);
	token[1023] = '\0';
	assert_true(token_is_cut(strlen(token)));
	assert_int_equal(check(&world, token, true), ERR_TRUNCATED);
	assert_int_equal(check(&world, token, false), ERR_MALFORMED);
	assert_true(token_is_cut(511));
	assert_false(token_is_cut(1022));
	assert_false(token_is_cut(1024));
	assert_false(token_is_cut(510));
	assert_false(token_is_cut(512));
	assert_false(token_is_cut(0));
}

/* Cut does not excuse what cutting cannot cause. */
static void
cut_and_wrong(void **state)
{
	auto_str char *expired = forge(&world, ES, TIMES("'exp':1"), world.es);
	auto_str char *unsigned_input =
	    forge_input(&world, "{'alg':'none'}", GOOD);
	auto_str char *none = forge_join(unsigned_input, "", 0);

	(void)state;
	assert_int_equal(check(&world, expired, true), ERR_EXPIRED);
	assert_int_equal(check(&world, none, true), ERR_UNSIGNED);
}

/* A rightly signed token of exactly this many bytes. */
static char *
token_of_size(size_t size)
{
	for (size_t fill = size / 4 * 3 - 400; fill < size; fill++) {
		auto_str char *payload = NULL;
		auto_str char *token = NULL;

		assert_true(asprintf(&payload, "%s,'x':'%0*d'}",
				"{" BASE "," EXP, (int)fill, 0) > 0);
		token = forge(&world, ES, payload, world.es);
		if (strlen(token) >= size)
			return TAKE(token);
	}
	return NULL;
}

static void
sizes(void **state)
{
	auto_str char *large = token_of_size(TOKEN_SIZE_MAX - 1);
	auto_str char *too_large = token_of_size(TOKEN_SIZE_MAX + 1);
	auto_str char *larger = token_of_size(17 * 1024);

	(void)state;
	assert_true(strlen(large) <= TOKEN_SIZE_MAX);
	assert_int_equal(check(&world, large, false), OK);
	assert_int_equal(check(&world, too_large, false), ERR_MALFORMED);
	assert_int_equal(check(&world, larger, false), ERR_MALFORMED);
	assert_int_equal(check(&world, "", false), ERR_MALFORMED);
	assert_int_equal(check(&world, ".", false), ERR_MALFORMED);
	assert_int_equal(check(&world, "..", false), ERR_MALFORMED);
	assert_int_equal(check(&world, "...", false), ERR_MALFORMED);
	assert_int_equal(check(&world, "a.b.c", false), ERR_MALFORMED);
}

/* 128 members are a claim set, 129 are not. */
static void
many_members(void **state)
{
	(void)state;
	for (int more = 124; more <= 125; more++) {
		auto_str char *payload = NULL;
		auto_str char *token = NULL;
		size_t size = 0;
		FILE *stream = open_memstream(&payload, &size);

		assert_non_null(stream);
		fputs("{" BASE "," EXP, stream);
		for (int i = 0; i < more; i++)
			fprintf(stream, ",'m%d':[]", i);
		fputs("}", stream);
		fclose(stream);
		token = forge(&world, ES, payload, world.es);
		assert_int_equal(check(&world, token, false),
		    more == 124 ? OK : ERR_MALFORMED);
	}
}

/* Far deeper than anybody's stack would like. */
static void
very_deep(void **state)
{
	static const char *const brackets[] = {"[", "{\"a\":"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		auto_str char *payload = NULL;
		auto_str char *token = NULL;
		size_t size = 0;
		FILE *stream = open_memstream(&payload, &size);

		assert_non_null(stream);
		fputs("{" BASE "," EXP ",'x':", stream);
		for (int k = 0; k < 2000; k++)
			fputs(brackets[i], stream);
		fclose(stream);
		token = forge(&world, ES, payload, world.es);
		assert_int_equal(check(&world, token, false), ERR_MALFORMED);
		free(token);
		token = forge(&world, payload, GOOD, world.es);
		assert_int_equal(check(&world, token, false), ERR_MALFORMED);
	}
}

/* An embedded NUL must not end anything early. */
static void
embedded_nul(void **state)
{
	static const char payload[] =
	    "{\"iss\":\"" LOCAL "\",\"sub\":\"alice\",\"aud\":\"ssh\","
	    "\"exp\":1767226500}\0{}";
	auto_str char *token = forge(&world, ES, GOOD, world.es);
	char *dot = strchr(token, '.');
	char text[BASE64URL_TEXT_SIZE(sizeof(payload)) + 1];
	auto_str char *bad = NULL;
	auto_str char *input = NULL;
	uint8_t signature[SIGNATURE_SIZE_MAX];
	size_t size = 0;

	(void)state;
	base64url_encode(text, payload, sizeof(payload) - 1);
	assert_true(
	    asprintf(&input, "%.*s.%s", (int)(dot - token), token, text) > 0);
	assert_int_equal(
	    key_sign(world.es, input, strlen(input), signature, &size), OK);
	bad = forge_join(input, signature, size);
	assert_int_equal(check(&world, bad, false), ERR_MALFORMED);
}

static void
encrypted_or_empty(void **state)
{
	struct trail trail = {0};

	(void)state;
	assert_int_equal(check_trail(&world, "YQ.YQ.YQ.YQ.YQ", false, &trail),
	    ERR_MALFORMED);
	assert_string_equal(
	    trail.steps[0].detail, "encrypted tokens are not supported");
	trail = (struct trail){0};
	assert_int_equal(
	    check_trail(&world, "YQ..YQ", false, &trail), ERR_MALFORMED);
	assert_string_equal(trail.steps[0].detail, "the payload is empty");
}

/* A header that brings its own key: the JWK is the signer's, and is no use. */
static void
brought_key(void **state)
{
	auto_json json_t *jwk = NULL;
	auto_str char *text = NULL;
	auto_str char *header = NULL;
	auto_str char *token = NULL;

	(void)state;
	assert_int_equal(key_jwk(world.spare, &jwk), OK);
	text = json_dumps(jwk, JSON_COMPACT);
	assert_non_null(text);
	assert_true(asprintf(&header, "{'alg':'ES256','jwk':%s}", text) > 0);
	token = forge(&world, header, GOOD, world.spare);
	assert_int_equal(check(&world, token, false), ERR_BAD_SIGNATURE);
}

static int
open_world(void **state)
{
	(void)state;
	world_open(&world);
	return 0;
}

static int
close_world(void **state)
{
	(void)state;
	world_clear(&world);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(table),
	    cmocka_unit_test(spoilt),
	    cmocka_unit_test(every_character_counts),
	    cmocka_unit_test(stray_bits),
	    cmocka_unit_test(cut),
	    cmocka_unit_test(cut_at_1023),
	    cmocka_unit_test(cut_and_wrong),
	    cmocka_unit_test(sizes),
	    cmocka_unit_test(many_members),
	    cmocka_unit_test(very_deep),
	    cmocka_unit_test(embedded_nul),
	    cmocka_unit_test(encrypted_or_empty),
	    cmocka_unit_test(brought_key),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
