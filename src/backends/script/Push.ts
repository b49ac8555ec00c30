import { code } from "./ExitCode.js"

/** The verb `push`, and the functions that both verbs use to inspect a built image. */
export const push = `
# Sets $image to the id of what was built.
read_image() {
  read_word image "$work/image"
  image=\${image#sha256:}
  case $image in '' | *[!0-9a-f]*) finish ${code.unknown} "there is no built image to push" ;; esac
}

# Sets $digest to what buildah wrote down of the image that it wrote.
read_digest() {
  read_word digest "$work/digest"
  case $digest in sha256:*[!0-9a-f]* | '') digest=; finish ${code.unknown} "buildah pushed and reported no digest" ;; esac
}

# Ends after this machine's own storage failed.
storage_failed() {
  read_error
  registry_verdict ${code.unknown} ${code.unknown}
  finish ${code.unknown} "$error"
}

# Sets $destination to where the image for a node travels: nothing that a RUN has touched gets near its storage. An archive of
# the OCI format would drop what the docker format has.
set_archive() {
  if [ "$(cat "$work/format" 2> /dev/null)" = docker ]; then destination=dir:$work/image.dir
  else destination=oci-archive:$work/image.tar; fi
}

archive() {
  read_image
  set_archive
  rm -rf "$work/image.tar" "$work/image.dir"
  case $destination in oci-archive:*) destination=$destination:$OSB_FINAL_IMAGE ;; esac
  buildah_ push --digestfile "$work/digest" "$image" "$destination"
  [ "$status" -eq 0 ] || storage_failed
  built_architecture > "$work/architecture"
}

# The archive into the storage of the node, under every name.
deliver() {
  read_digest
  read_image
  set_archive
  storage=$OSB_NODE_STORAGE run=$OSB_NODE_RUN driver=overlay
  buildah_ pull "$destination"
  [ "$status" -ne 0 ] || buildah_ tag "$image" "$@"
  [ "$status" -eq 0 ] || storage_failed
  read_word architecture "$work/architecture"
  for name; do say "delivered $name to the node as $digest"; done
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

# push_failed CODE NAME ERROR: ends, and reports which names were pushed before.
push_failed() {
  digest=
  [ -z "$pushed" ] || {
    [ "\${#pushed}" -le 700 ] || pushed="$(printf '%s' "$pushed" | head -c 700; printf '\\342\\200\\246')"
    finish "$1" "$2 was not pushed, after $pushed: $3"
  }
  finish "$1" "$3"
}

# push_name OPTIONS NAME: the image out of the build's storage to a name. What the registry may take later is pushed again:
# the image is kept.
push_name() {
  tries=1 delay=$OSB_PUSH_DELAY_MILLIS
  for destination; do :; done
  destination=\${destination#docker://}
  while :; do
    rm -f "$work/digest"
    buildah_ push --authfile "$auth_file" --retry 0 --digestfile "$work/digest" "$@"
    [ "$status" -ne 0 ] || break
    read_error
    registry_verdict ${code.pushDenied} ${code.pushFailed}
    if [ "$verdict" -eq ${code.pushDenied} ] && shorter_auth "$destination"; then continue; fi
    [ "$verdict" -ne ${code.pushDenied} ] || explain_refusal "$destination"
    [ "$verdict" -eq ${code.pushFailed} ] || push_failed "$verdict" "$destination" "$error"
    [ "$tries" -lt "$OSB_PUSH_TRIES" ] || push_failed "$verdict" "$destination" "$error (tried $tries times)"
    tries=$((tries + 1))
    wait_to_push
  done
}

# The image into its registry, under every name. The names after the first find their layers there.
push_to_registry() {
  read_image
  # Beside the push, which does not wait for it.
  built_architecture > "$work/architecture" &
  inspecting=$!
  read_word format "$work/format"
  pushed= first_digest=
  for final; do
    set -- --format "\${format:-oci}"
    [ -z "$OSB_COMPRESSION" ] || set -- "$@" --compression-format "$OSB_COMPRESSION"
    [ -z "$OSB_COMPRESSION_LEVEL" ] || set -- "$@" --compression-level "$OSB_COMPRESSION_LEVEL"
    push_name "$@" "$image" "docker://$final"
    read_digest
    [ "$digest" = "\${first_digest:=$digest}" ] ||
      push_failed ${code.unknown} "$final" "it has the digest $digest, and the first name has $first_digest"
    pushed="$pushed\${pushed:+, }$final"
    say "pushed $final as $digest"
  done
  wait "$inspecting"
  read_word architecture "$work/architecture"
}

# inspect_image TEMPLATE IMAGE: prints what the template makes of an image in the storage.
inspect_image() {
  buildah --root "$storage" --runroot "$run" --storage-driver "$driver" \\
    inspect --type image --format "$1" "$2" 2> /dev/null < /dev/null
}

built_architecture() {
  if read_config "$image"; then printf '%s\\n' "$config_architecture"; else inspect_image '{{.OCIv1.Architecture}}' "$image"; fi
}

push() {
  # The brackets of an IPv6 address are a pattern to the shell.
  set -f
  set -- "$OSB_FINAL_IMAGE" $OSB_TAGS
  set +f
  if [ -n "$OSB_NODE_STORAGE" ]; then deliver "$@"; else push_to_registry "$@"; fi
  case $architecture in *[!a-z0-9]*) architecture= ;; esac
  recall_base
  # For a kubelet that ends the pod while the cache is pushed.
  [ -z "$OSB_CACHE_TO" ] || { write_message ${code.succeeded} ''; push_cache; }
  finish ${code.succeeded} ''
}
`
