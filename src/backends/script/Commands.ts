import { buildOptionCommands, buildOptions } from "./BuildOptions.js"
import { code } from "./ExitCode.js"
import { commitOptions, outputCommands, outputOptions } from "./Output.js"

/** The verb `build`. */
export const build = `
# Prints a file and an x, which keeps the newlines at its end from the shell.
contents() { cat "$1"; printf x; }

# Unpacks the archive on standard input, with our own user and time. GNU tar reads 64 KiB at once instead of 10; others ignore the
# variable.
unpack_context() {
  TAR_OPTIONS=--blocking-factor=128 tar -x -p -o -m -f - -C "$context" || finish ${code.outOfDisk} "the context cannot be unpacked"
}

# fill_context FILE...: fills the context folder from the parts of a compressed archive, or without any from standard input.
fill_context() {
  [ ! -e "$context" ] || rm -rf "$context"
  mkdir -p "$context"
  if [ $# -eq 0 ]; then unpack_context; else cat "$@" | gzip -d | unpack_context; fi
}

# need TOOL: ends where it is missing.
need() { command -v "$1" > /dev/null || finish ${code.storageUnavailable} "$1 is missing; install it where buildah is"; }

# Begins to fill the context folder from standard input, or from context.tar.gz and its further parts, while the bases are pulled.
# A shell gives standard input to nothing in the background, so it goes by another descriptor, which nothing else inherits.
lay_context() {
  context=\${OSB_CONTEXT_DIR:-$work/context} laying=
  check_upload
  if [ -n "$OSB_CONTEXT_FETCHED" ]; then return; fi
  set --
  if [ "$OSB_CONTEXT_ARCHIVE" != - ]; then
    packed=$input/context.tar.gz
    if [ ! -e "$packed" ]; then
      rm -rf "$context"
      mkdir -p "$context"
      return
    fi
    need gzip
    set -- "$packed"
    [ ! -e "$packed.part.000002" ] || set -- "$packed" "$packed".part.*
  fi
  need tar
  exec 3<&0 < /dev/null
  fill_context "$@" <&3 3<&- &
  laying=$!
  exec 3<&-
}

# Waits until the context is there, or ends as its part of the script has, which wrote the message.
await_context() {
  [ -z "$laying" ] || wait "$laying" || exit
  laying=
}

# The Containerfile is among the files of the input, or in the context.
set_containerfile() {
  containerfile=$input/containerfile
  [ -z "$OSB_CONTAINERFILE" ] || containerfile=$context/$OSB_CONTAINERFILE
}
${buildOptionCommands}# Whether there may be containers in the storage (containers/storage containers.go: a list of them, and another of those that a reboot
# need not keep). Without a list, buildah is asked.
has_containers() {
  for list in "$storage/$driver-containers"/*containers.json; do
    [ -e "$list" ] || { [ -e "$storage/$driver-images" ]; return; }
    read_word content "$list"
    case $content in '[]' | '') ;; *) return 0 ;; esac
  done
  return 1
}

# A lasting cache belongs to one build at a time: what is left of others that were killed goes, and all of it when it is big.
tidy_cache() {
  [ -n "$OSB_CACHE_DIR" ] || return 0
  ! has_containers || buildah_ rm --all
  full=$(df -P "$storage" | { read -r line; read -r line; line=\${line%"% "*}; printf '%s' "\${line##* }"; })
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
  is_older 1 35 && return
  limit=$(hard_limit "$1")
  case $limit in '' | *[!0-9]*) ;; *) [ "$limit" -ge 1048576 ] || printf '%s=%s:%s' "$2" "$limit" "$limit" ;; esac
}

# is_changed_label FILE: whether buildah would change the label whose files begin so: it writes line breaks and other
# characters that cannot be printed as escapes, which are not read.
is_changed_label() { [ -e "$1.unprintable" ] && ! is_older 1 30; }

# Adds the labels that buildah would change to the built image.
add_labels() {
  read_image
  set -- config
  for name in "$input"/label.*.name; do
    is_changed_label "\${name%.name}" || continue
    key=$(contents "$name") value=$(contents "\${name%.name}.value")
    set -- "$@" --label "\${key%x}=\${value%x}"
  done
  buildah_ from --pull-never --name os-builder-labels "$image"
  [ "$status" -ne 0 ] || buildah_ "$@" os-builder-labels
  set -- --rm --format "$format" --iidfile "$work/image"
  [ ! -e "$input/squash" ] || set -- "$@" --squash
${commitOptions}  [ "$status" -ne 0 ] || buildah_ commit "$@" os-builder-labels
  [ "$status" -eq 0 ] || storage_failed
}

# Ends where this buildah lacks what the Containerfile needs, before anything is pulled.
require_features() {
  # What it uses is not known before.
  if [ -n "$OSB_CONTAINERFILE" ] && is_older 1 33; then
    finish ${code.builderTooOld} "a Containerfile of the context needs buildah 1.33 or later; this is buildah $major.$minor"
  fi
  [ -e "$input/requires" ] || return 0
  while read -r need_major need_minor need_line need_text; do
    ! is_older "$need_major" "$need_minor" ||
      finish ${code.builderTooOld} "$([ "$need_line" -eq 0 ] || echo "line $need_line: ")$need_text; this is buildah $major.$minor"
  done < "$input/requires"
}

${outputCommands}
build() {
  later_labels=
  read_version
  require_features
  check_compression
  lay_context
  pulled=
  say "isolation $OSB_ISOLATION, storage $driver"
  tidy_cache

  pull_bases
  await_context
  set_format
  check_format
  set -- --authfile "$auth_file" --retry 1 --retry-delay 2s
  [ -z "$OSB_ARCHITECTURE" ] || set -- "$@" --arch "$OSB_ARCHITECTURE"
  # Here, and not when an instruction needs it, so that a failed pull is told apart from a failed instruction.
  for name in "$input"/build-context.*.image; do
    [ ! -e "$name" ] || pull_image "$(cat "$name")" "$@"
  done

  set -- "$@" --pull=missing --force-rm --isolation "$OSB_ISOLATION" --format "$format"
  set -- "$@" --layers="$(keeps_layers && echo true || echo false)"
  [ -z "$OSB_CACHE_FROM" ] || set -- "$@" --cache-from "$OSB_CACHE_FROM"
  for limit in "$(limit_option 'Max open files' nofile)" "$(limit_option 'Max processes' nproc)"; do
    [ -z "$limit" ] || set -- "$@" --ulimit "$limit"
  done
  set_containerfile
  set -- "$@" --iidfile "$work/image" --file "$containerfile"
${buildOptions}${outputOptions}  buildah_ build "$@" "$context"
  [ "$status" -eq 0 ] || { [ -n "$pulled" ] || check_storage; build_failed; }
  [ -z "$later_labels" ] || add_labels
  [ -z "$OSB_ARCHIVE" ] || archive
  finish ${code.succeeded} ''
}
`
