#!/bin/sh
# run.sh COMMAND…: runs it as the first process of its own network, mount and process namespaces, in which a real node may do as it
# likes. Whatever it leaves, processes, mounts, interfaces, ends with the namespaces; cgroups and files are removed after that.
name=os-builder-node-$$
OS_BUILDER_NODE_FOLDER=$(mktemp -d "${TMPDIR:-/tmp}/$name-XXXXXX") || exit
OS_BUILDER_NODE_CGROUP=$name
export OS_BUILDER_NODE_FOLDER OS_BUILDER_NODE_CGROUP
# The root of a pod in a user namespace finds its files below.
chmod 711 "$OS_BUILDER_NODE_FOLDER"

unshare --net --mount --propagation private --pid --fork --kill-child --mount-proc sh -c '
  mount --make-rshared / && ip link set lo up || exit
  # An orphan of the node becomes a child of this shell, which waits for it.
  "$@" & wait $!' sh "$@" &
namespaces=$!
# Its first process is killed with it, and with that all others.
trap 'kill -KILL $namespaces' HUP INT TERM
wait $namespaces
status=$?
wait $namespaces

remaining() { find /sys/fs/cgroup -depth -type d -path "*/$name*"; }
for _ in 1 2 3 4 5; do
  remaining | while read -r cgroup; do rmdir "$cgroup"; done 2> /dev/null
  [ -n "$(remaining)" ] || break
  sleep 1
done
rm -rf --one-file-system "$OS_BUILDER_NODE_FOLDER"
exit $status
