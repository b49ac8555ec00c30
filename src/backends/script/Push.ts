import { code } from "./ExitCode.js"

/** The verb that pushes, and what both verbs ask of a built image. */
export const push = `
# Sets $image to the id of what was built.
read_image() {
  image=$(cat "$work/image" 2> /dev/null) image=\${image#sha256:}
  case $image in '' | *[!0-9a-f]*) finish ${code.unknown} "there is no built image to push" ;; esac
}

# Sets $digest to what buildah wrote down of the image that it wrote.
read_digest() {
  digest=$(cat "$work/digest" 2> /dev/null)
  case $digest in sha256:*[!0-9a-f]* | '') digest=; finish ${code.unknown} "buildah pushed and told no digest" ;; esac
}

# Ends after this machine's own storage failed.
storage_failed() {
  read_error
  registry_verdict ${code.unknown} ${code.unknown}
  finish ${code.unknown} "$error"
}

# What is to go into the storage of a node travels there as an archive: nothing that a RUN has touched gets near it.
archive() {
  read_image
  rm -f "$work/image.tar"
  buildah_ push --digestfile "$work/digest" "$image" "oci-archive:$work/image.tar:$OSB_FINAL_IMAGE"
  [ "$status" -eq 0 ] || storage_failed
  built_architecture > "$work/architecture"
}

# The archive into the storage of the node.
deliver() {
  read_digest
  storage=$OSB_NODE_STORAGE run=$OSB_NODE_RUN driver=overlay
  buildah_ pull "oci-archive:$work/image.tar"
  [ "$status" -eq 0 ] || storage_failed
  architecture=$(cat "$work/architecture" 2> /dev/null)
  say "delivered $OSB_FINAL_IMAGE to the node as $digest"
}

# Waits before the next push: twice as long each time, at most 30 seconds, and within the deadline.
wait_to_push() {
  in_time
  [ "$delay" -le 30000 ] || delay=30000
  pause=$((delay / 1000)).$(printf '%03d' $((delay % 1000)))
  [ "$((delay / 1000))" -lt "$left" ] || pause=$left
  say "the push failed for now; next try in $pause seconds"
  sleep "$pause" &
  child=$!
  wait "$child"
  child=
  delay=$((delay * 2))
}

# The image out of the build's storage into its registry. What the registry may take later is pushed again: the image is kept.
push_to_registry() {
  read_image
  format=$(cat "$work/format" 2> /dev/null)
  tries=1 delay=$OSB_PUSH_DELAY_MILLIS
  while :; do
    buildah_ push --authfile "$auth_file" --retry 0 --format "\${format:-oci}" --digestfile "$work/digest" "$image" \\
      "docker://$OSB_FINAL_IMAGE"
    [ "$status" -ne 0 ] || break
    read_error
    registry_verdict ${code.pushDenied} ${code.pushFailed}
    if [ "$verdict" -eq ${code.pushDenied} ] && shorter_auth "$OSB_FINAL_IMAGE"; then continue; fi
    [ "$verdict" -eq ${code.pushFailed} ] || finish "$verdict" "$error"
    [ "$tries" -lt "$OSB_PUSH_TRIES" ] || finish "$verdict" "$error (tried $tries times)"
    tries=$((tries + 1))
    wait_to_push
  done
  read_digest
  architecture=$(built_architecture)
  say "pushed $OSB_FINAL_IMAGE as $digest"
}

# inspect_image TEMPLATE IMAGE: prints what the template makes of an image in the storage.
inspect_image() {
  buildah --root "$storage" --runroot "$run" --storage-driver "$driver" \\
    inspect --type image --format "$1" "$2" 2> /dev/null < /dev/null
}

built_architecture() { inspect_image '{{.OCIv1.Architecture}}' "$image"; }

push() {
  if [ -n "$OSB_NODE_STORAGE" ]; then deliver; else push_to_registry; fi
  case $architecture in *[!a-z0-9]*) architecture= ;; esac
  recall_base
  # For a kubelet that ends the pod while the cache is pushed.
  write_message ${code.succeeded} ''
  push_cache
  finish ${code.succeeded} ''
}
`
