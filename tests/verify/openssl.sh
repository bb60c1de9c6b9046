#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# Makes a token with nothing but the openssl command.
# usage: openssl.sh ALGORITHM KEY HEADER PAYLOAD
# KEY is a file: a private key in PEM, or a secret in hexadecimal for HS*.

set -eu
algorithm=$1
key=$2
input=$(mktemp)
trap 'rm -f "$input" "$input.der"' EXIT
hash=sha${algorithm#??}

encode() {
	basenc --base64url -w 0 | tr -d =
}

# r and s of a DER signature side by side, each of so many hexadecimal digits.
raw() {
	openssl asn1parse -inform DER -in "$1" |
	    sed -n 's/.*INTEGER *:\([0-9A-F]*\)$/\1/p' |
	    while read -r number; do
		printf "%${2}s" "$number" | tr ' ' 0
	    done | basenc --base16 -d
}

sign() {
	case $algorithm in
	HS*)
		openssl dgst "-$hash" -mac HMAC -macopt "hexkey:$(cat "$key")" \
		    -binary "$input"
		;;
	RS*)
		openssl dgst "-$hash" -sign "$key" "$input"
		;;
	PS*)
		openssl dgst "-$hash" -sign "$key" \
		    -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:-1 \
		    "$input"
		;;
	EdDSA)
		openssl pkeyutl -sign -rawin -inkey "$key" -in "$input"
		;;
	ES*)
		openssl dgst "-$hash" -sign "$key" -out "$input.der" "$input"
		case $algorithm in
		ES256) raw "$input.der" 64 ;;
		ES384) raw "$input.der" 96 ;;
		ES512) raw "$input.der" 132 ;;
		esac
		;;
	esac
}

printf '%s.%s' "$(printf %s "$3" | encode)" "$(printf %s "$4" | encode)" \
    >"$input"
printf '%s.%s' "$(cat "$input")" "$(sign | encode)"
