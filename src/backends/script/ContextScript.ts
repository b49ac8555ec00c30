import { casePattern, disk } from "./ErrorText.js"
import { code } from "./ExitCode.js"

/**
 * The verb `context`: lays the files of an image out as the build context, for `build`. It runs no instruction and has the secret of
 * that image alone. The files become those of our own user, as those of an archive do; devices, pipes and sockets are refused.
 */
export const contextImage = `
# Copies the files of the container os-builder-context, where storage is mounted: in buildah's user namespace, unless we are root.
copy_context='
  place=$(buildah --root "$1" --runroot "$2" --storage-driver "$3" mount os-builder-context) || exit 1
  odd=$(cd "$place" && find . ! -type f ! -type d ! -type l | head -n 1)
  [ -z "$odd" ] || { echo "Error: \${odd#.} of the image is a device, pipe or socket, which a build context cannot have"; exit 1; }
  { tar -C "$place" -c -f - . || : > "$4.failed"; } | tar -x -p -o -m -f - -C "$4" || exit 1
  [ ! -e "$4.failed" ] || exit 1
'

# Ends where a path that buildah follows has a link: its target may be outside of the context, and buildah quotes what it reads.
refuse_link() {
  rest=$1 path=
  while [ -n "$rest" ]; do
    path=$path\${path:+/}\${rest%%/*}
    [ ! -L "$context/$path" ] || finish ${code.containerfileInvalid} "$path of the image is a link; make it a file"
    case $rest in */*) rest=\${rest#*/} ;; *) rest= ;; esac
  done
}

context_failed() {
  read_error
  no_memory
  case $lower in
    *'which a build context cannot have'*) finish ${code.containerfileInvalid} "$error" ;;
    ${casePattern(disk)}) finish ${code.outOfDisk} "$error" ;;
  esac
  finish ${code.storageUnavailable} "$error"
}

context() {
  context=\${OSB_CONTEXT_DIR:-$work/context}
  rm -rf "$context"
  mkdir -p "$context"
  command -v tar > /dev/null || finish ${code.storageUnavailable} "tar is missing; install it where buildah is"
  set -- --authfile "$auth_file" --retry 1 --retry-delay 2s
  [ -z "$OSB_ARCHITECTURE" ] || set -- "$@" --arch "$OSB_ARCHITECTURE"
  say "fetching the files of $OSB_CONTEXT_IMAGE"
  pull_image "$OSB_CONTEXT_IMAGE" "$@"
  buildah_ from --pull-never --name os-builder-context "$OSB_CONTEXT_IMAGE"
  [ "$status" -eq 0 ] || context_failed
  set -- sh -c "$copy_context" sh "$storage" "$run" "$driver" "$context"
  [ "$user" = 0 ] || set -- buildah unshare "$@"
  attempt "$@"
  [ "$status" -eq 0 ] || context_failed
  # Its place is for the build.
  buildah_ rm os-builder-context
  buildah_ rmi --force "$OSB_CONTEXT_IMAGE"
  if [ -n "$OSB_CONTAINERFILE" ]; then
    for name in '' .containerignore .dockerignore; do refuse_link "$OSB_CONTAINERFILE$name"; done
    [ -f "$context/$OSB_CONTAINERFILE" ] || finish ${code.containerfileInvalid} "the image has no file $OSB_CONTAINERFILE"
  fi
  for name in .containerignore .dockerignore; do refuse_link "$name"; done
  finish ${code.succeeded} ''
}
`
