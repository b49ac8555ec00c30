#!/bin/sh
set -eu
while read -r name; do echo "installed $name"; done < /ctx/packages.txt > /installed
mkdir -p /var/cache/dnf /var/log/dnf
echo cached > /var/cache/dnf/x
echo logged > /var/log/dnf/x
echo temporary > /tmp/x
