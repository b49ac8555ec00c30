#!/usr/bin/env bash
# OpenSSL 3: with two trusted authorities of one subject, the order of the bundle decides whether a certificate is valid.
#
# Expected (RFC 4158, section 2.4.2: a path builder tries the other candidates): a bundle with the old and the new certificate of
# an authority accepts what either of them has signed. Go's crypto/x509 does.
# Seen: without key identifiers OpenSSL takes one certificate of that subject, and fails with "certificate signature failure"
# when the other one has signed. Node, curl and Python inherit it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v openssl > /dev/null || { echo "needs openssl"; exit 2; }
openssl version

cat > ca.cnf << 'CNF'
[req]
distinguished_name = name
x509_extensions = ca
[name]
[ca]
basicConstraints = critical, CA:TRUE
subjectKeyIdentifier = none
authorityKeyIdentifier = none
CNF
printf 'subjectKeyIdentifier = none\nauthorityKeyIdentifier = none\n' > leaf.ext
key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2> /dev/null; }
for ca in old new; do
  key $ca.key
  openssl req -x509 -new -key $ca.key -config ca.cnf -subj /CN=authority -days 2 -out $ca.crt
done
key leaf.key
openssl req -new -key leaf.key -config ca.cnf -subj /CN=server -out leaf.csr
openssl x509 -req -in leaf.csr -CA old.crt -CAkey old.key -set_serial 7 -days 1 -extfile leaf.ext -out leaf.crt 2> /dev/null

verdict() { cat "$@" > bundle.crt; openssl verify -CAfile bundle.crt leaf.crt > result 2>&1 && echo valid || grep -o 'certificate signature failure' result; }
first=$(verdict old.crt new.crt) second=$(verdict new.crt old.crt)
echo "expected: valid, valid"
echo "seen:     old first: $first; new first: $second"
[ "$first $second" != "valid valid" ]
