import {
  casePattern,
  containerfile,
  credentials,
  disk,
  network,
  privilege,
  pull,
  refused,
  storage
} from "./ErrorText.js"
import { code } from "./ExitCode.js"

/** Told by the text alone, whichever step it stopped. */
const platform = `
    ${casePattern(credentials)}) finish ${code.credentialsInvalid} "$error" ;;
    ${casePattern(disk)}) finish ${code.outOfDisk} "$error" ;;
    ${casePattern(storage)}) finish ${code.storageUnavailable} "$error" ;;`

/** The two verbs, and what their failures mean. */
export const verbs = `
# registry_failed DENIED TRANSIENT: ends after a pull or a push that failed.
registry_failed() {
  no_memory
  case $lower in${platform}
    ${casePattern(refused)}) finish "$1" "$error" ;;
    ${casePattern(privilege)}) finish ${code.storageUnavailable} "$error" ;;
    *) finish "$2" "$error" ;;
  esac
}

# Ends after a build that failed: only an instruction that demonstrably failed is the user's fault.
build_failed() {
  read_error
  no_memory
  case $lower in 'building at step "'*) instruction_failed ;; esac
  case $lower in${platform}
    ${casePattern(containerfile)}) finish ${code.containerfileInvalid} "$error" ;;
    ${casePattern(pull)}) image_failed ;;
    ${casePattern(privilege)}) finish ${code.storageUnavailable} "$error" ;;
    *) finish ${code.unknown} "$error" ;;
  esac
}

# buildah 1.28 keeps to itself why a --from= image could not be pulled; it does say that it tries again.
image_failed() {
  case $lower in
    *'no stage or image found'*)
      last_said 'STEP [0-9]*/[0-9]*: ' | grep -q 'Failed, retrying in' && finish ${code.pullFailed} "$error" ;;
  esac
  registry_failed ${code.pullDenied} ${code.pullFailed}
}

instruction_failed() {
  step=$(last_said 'STEP [0-9]*/[0-9]*: ' | head -n 1 | head -c 1000)
  # What follows the quoted instruction, which may say anything.
  lower=\${lower##*'": '}
  error="$step: \${error##*'": '}"
  case $lower in${platform}
    ${casePattern(containerfile)}) finish ${code.containerfileInvalid} "$error" ;;
    *'no stage or image found'*) image_failed ;;
  esac
  if last_said 'STEP [0-9]*/[0-9]*: ' | tail -n 50 | grep -q -i 'no space left on device'; then
    finish ${code.outOfDisk} "$error"
  fi
  case $step in
    *': ADD '*) case $lower in ${casePattern(network)}) finish ${code.unknown} "$error" ;; esac ;;
    *': RUN '*)
      case $lower in *'exit status '*) run_status=\${lower##*exit status } ;; esac
      case $run_status in *[!0-9]*) run_status= ;; esac
      # Killed, and not by the limit of our own cgroup: by the node, or by whoever stops us.
      if [ "$run_status" = 137 ] || tail -n 5 "$said" | grep -q -e '^subprocess exited on killed' -e 'signal: killed$'; then
        finish ${code.unknown} "$error (killed by a signal)"
      fi
      ;;
  esac
  finish ${code.instructionFailed} "$error"
}

# Prints a file and an x, which keeps the newlines at its end from the shell.
contents() { cat "$1"; printf x; }

# Fills the context folder from the flat files context.NNNNNN, their further parts, paths and modes.
lay_context() {
  rm -rf "$work/context"
  mkdir -p "$work/context"
  for name in "$input"/context.*.path; do
    [ -e "$name" ] || continue
    path=$(contents "$name") path=\${path%x}
    case /$path/ in *//* | */../*) finish ${code.containerfileInvalid} "a context file has the path $path" ;; esac
    target=$work/context/$path
    set -- "\${name%.path}"
    [ ! -e "$1.part.000002" ] || set -- "$1" "$1".part.*
    mkdir -p "\${target%/*}" && cat "$@" > "$target" || finish ${code.outOfDisk} "the context cannot be written"
    chmod "$(cat "\${name%.path}.mode")" "$target"
  done
}

# copy_private FROM TO: a copy to which a RUN may do anything, readable by any user of the image.
copy_private() {
  mkdir -p "$2"
  for file in "$1"/* "$1"/.[!.]*; do
    [ ! -e "$file" ] || cp -RL "$file" "$2/" || finish ${code.outOfDisk} "a mount cannot be copied"
  done
  chmod -R u+rwX,go+rX "$2"
}

# A lasting cache belongs to one build at a time: what is left of others that were killed goes, and all of it when it is big.
tidy_cache() {
  [ -n "$OSB_CACHE_DIR" ] || return 0
  buildah_ rm --all
  full=$(df -P "$storage" | tail -n 1 | sed 's/.* \\([0-9]*\\)% .*/\\1/')
  if [ "\${full:-0}" -ge 80 ]; then
    say "the disk of the layer cache is $full% full: the cache is emptied"
    buildah_ rmi --all --force
  fi
}

# Prints our own hard limit, as proc(5) names it.
hard_limit() { sed -n "s/^$1  *[^ ]*  *\\([^ ]*\\) .*/\\1/p" /proc/self/limits 2> /dev/null; }

# limit_option LIMIT NAME: prints the value of --ulimit, where buildah would set a higher limit than this process may. Since
# 1.35 (run_linux.go addRlimits) it sets 1048576 as root, whatever the process has.
limit_option() {
  limit=$(hard_limit "$1")
  case $limit in '' | *[!0-9]*) ;; *) [ "$limit" -ge 1048576 ] || printf '%s=%s:%s' "$2" "$limit" "$limit" ;; esac
}

# Whether buildah would change a label: since 1.30 (imagebuildah/executor.go) it writes labels into a LABEL instruction, quoted
# as for Go, in which a $ is expanded and escapes such as \\n are not read.
unprintable='*[! -~]*' special='*[$\\\\]*'
is_changed_label() {
  is_older 1 30 && return 1
  case $1 in $unprintable | $special) return 0 ;; esac
  return 1
}

# Adds the labels that buildah would change to the built image.
add_labels() {
  read_image
  set -- config
  for name in "$input"/label.*.name; do
    key=$(contents "$name") value=$(contents "\${name%.name}.value")
    ! is_changed_label "\${key%x}=\${value%x}" || set -- "$@" --label "\${key%x}=\${value%x}"
  done
  buildah_ from --pull-never --name os-builder-labels "$image"
  [ "$status" -ne 0 ] || buildah_ "$@" os-builder-labels
  [ "$status" -ne 0 ] || buildah_ commit --rm --format "$OSB_FORMAT" --iidfile "$work/image" os-builder-labels
  [ "$status" -eq 0 ] || storage_failed
}

# Ends where this buildah lacks what the Containerfile needs, before anything is pulled.
require_features() {
  [ -e "$input/requires" ] || return 0
  while read -r need_major need_minor need_line need_text; do
    ! is_older "$need_major" "$need_minor" ||
      finish ${code.builderTooOld} "line $need_line: $need_text; this is buildah $major.$minor"
  done < "$input/requires"
}

build() {
  later_labels=
  require_features
  lay_context
  buildah_ containers --quiet
  if [ "$status" -ne 0 ]; then
    read_error
    no_memory
    case $lower in ${casePattern(disk)}) finish ${code.outOfDisk} "$error" ;; esac
    finish ${code.storageUnavailable} "$error"
  fi
  say "isolation $OSB_ISOLATION, storage $driver"
  tidy_cache

  set -- --authfile "$auth_file" --retry 1 --retry-delay 2s
  [ -z "$OSB_ARCHITECTURE" ] || set -- "$@" --arch "$OSB_ARCHITECTURE"
  buildah_ pull --policy always "$@" "$OSB_BASE_IMAGE"
  if [ "$status" -ne 0 ]; then
    read_error
    registry_failed ${code.pullDenied} ${code.pullFailed}
  fi

  set -- "$@" --pull=missing --force-rm --isolation "$OSB_ISOLATION" --format "$OSB_FORMAT"
  set -- "$@" --layers="$([ -n "$OSB_CACHE_DIR" ] && echo true || echo false)"
  for limit in "$(limit_option 'Max open files' nofile)" "$(limit_option 'Max processes' nproc)"; do
    [ -z "$limit" ] || set -- "$@" --ulimit "$limit"
  done
  set -- "$@" --iidfile "$work/image" --file "$input/containerfile"
  for kind in build-arg label; do
    for name in "$input/$kind".*.name; do
      [ -e "$name" ] || continue
      key=$(contents "$name") value=$(contents "\${name%.name}.value")
      if [ "$kind" = label ] && is_changed_label "\${key%x}=\${value%x}"; then later_labels=yes; continue; fi
      set -- "$@" "--$kind" "\${key%x}=\${value%x}"
    done
  done
  set -- "$@" --build-arg "BASE_IMAGE=$OSB_BASE_IMAGE"
  for name in "$input"/mount.*.path; do
    [ -e "$name" ] || continue
    number=\${name%.path} number=\${number##*.} path=$(contents "$name")
    copy_private "$OSB_MOUNTS_DIR/$number" "$private/mount.$number"
    set -- "$@" --volume "$private/mount.$number:\${path%x}:rw"
  done
  if [ -n "$OSB_ENTITLEMENT_DIR" ]; then
    copy_private "$OSB_ENTITLEMENT_DIR" "$private/entitlement"
    for path in /etc/pki/entitlement /run/secrets/etc-pki-entitlement; do
      set -- "$@" --volume "$private/entitlement:$path:rw"
    done
  fi
  # Where Fedora and its kin look; others name the file by SSL_CERT_FILE. A folder, since an empty file would stay behind.
  if [ -n "$OSB_TRUST_BUNDLE" ]; then
    set -- "$@" --volume "$work/trust:/etc/pki/ca-trust/extracted/pem:rw"
  fi
  [ -z "$OSB_HEREDOCS_DIR" ] || set -- "$@" --build-context "os-builder-heredocs=$OSB_HEREDOCS_DIR"
  buildah_ build "$@" "$work/context"
  [ "$status" -eq 0 ] || build_failed
  [ -z "$later_labels" ] || add_labels
  [ -z "$OSB_ARCHIVE" ] || archive
  finish ${code.succeeded} ''
}

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

# Ends after the machine's own storage failed.
storage_failed() {
  read_error
  no_memory
  case $lower in${platform}
    ${casePattern(privilege)}) finish ${code.storageUnavailable} "$error" ;;
    *) finish ${code.unknown} "$error" ;;
  esac
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

# The image out of the build's storage into its registry.
push_to_registry() {
  read_image
  buildah_ push --authfile "$auth_file" --retry 1 --retry-delay 2s --digestfile "$work/digest" "$image" \\
    "docker://$OSB_FINAL_IMAGE"
  if [ "$status" -ne 0 ]; then
    read_error
    registry_failed ${code.pushDenied} ${code.pushFailed}
  fi
  read_digest
  architecture=$(built_architecture)
  say "pushed $OSB_FINAL_IMAGE as $digest"
}

built_architecture() {
  buildah --root "$storage" --runroot "$run" --storage-driver "$driver" \\
    inspect --type image --format '{{.OCIv1.Architecture}}' "$image" 2> /dev/null < /dev/null
}

push() {
  if [ -n "$OSB_NODE_STORAGE" ]; then deliver; else push_to_registry; fi
  case $architecture in *[!a-z0-9]*) architecture= ;; esac
  finish ${code.succeeded} ''
}
`
