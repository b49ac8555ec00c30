import * as Either from "effect/Either"
import { type Errored, errored } from "../../core/BuildStatus.js"
import * as ExitCode from "./ExitCode.js"
import type { ScriptEnd } from "./TerminationMessage.js"

const { code } = ExitCode

/**
 * The result of the verb `base`: the digest of the base image in its registry, or why it could not be looked up.
 */
export const currentDigest = ({ exitCode = -1, message, output }: ScriptEnd): Either.Either<string, Errored> => {
  if (exitCode === 0 && message?.digest !== undefined) return Either.right(message.digest)
  const meaning = ExitCode.meaning(exitCode)
  return Either.left(errored(meaning.state === "Errored" ? meaning.reason : "Unknown", {
    message: message?.text || output || `looking up the base ended with exit code ${exitCode}`,
    upstreamReason: `exit code ${exitCode}`
  }))
}

/**
 * The images that a build starts from. They are pulled before it, so that a registry's refusal, an architecture and a trigger are
 * known before anything runs; buildah pulls the others.
 */
export const bases = `
# read_config ID: sets $config to the configuration of an image in the storage, and $config_architecture to the architecture in it. It is
# a file with the base64 of sha256: and the id in its name (containers/storage lib.go makeBigDataBaseName), and reading it saves a
# start of buildah. Fails where buildah has to be asked.
read_config() {
  for file in "$storage/$driver-images/$1"/=c2hhMjU2O*; do :; done
  config=$(cat "$file" 2> /dev/null)
  # Programs write it compact, and near the beginning; to take off a beginning that is long or absent costs a shell its square.
  before=\${config%%'"architecture":"'*}
  [ "\${#before}" -le 1000 ] && [ "$before" != "$config" ] || return 1
  config_architecture=\${config#*'"architecture":"'}
  # A label may have that name, too.
  case $config_architecture in *'"architecture"'*) return 1 ;; esac
  config_architecture=\${config_architecture%%'"'*}
}

# stored_facts IMAGE: sets what read_image_facts sets, of an image that was just pulled and whose id the pull has printed. A name with
# a digest may name an index, and a trigger is for buildah to read.
stored_facts() {
  case $1 in *@*) return 1 ;; esac
  image_id=$(tail -n 1 "$said" 2> /dev/null)
  case $image_id in *[!0-9a-f]*) return 1 ;; esac
  [ "\${#image_id}" -eq 64 ] && read_config "$image_id" || return 1
  case $config in *'"OnBuild":['* | *'"OnBuild": '*) return 1 ;; esac
  manifest=$(sha256sum < "$storage/$driver-images/$image_id/manifest") || return 1
  manifest=sha256:\${manifest%% *} base_architecture=$config_architecture onbuild=
}

# read_image_facts IMAGE: sets $manifest, $image_id, $base_architecture, and $onbuild, in capital letters.
read_image_facts() {
  ! stored_facts "$1" || return 0
  facts=$(inspect_image '{{println .FromImageDigest}}{{println .FromImageID}}{{println .OCIv1.Architecture}}{{with .Docker.Config}}{{range .OnBuild}}{{println .}}{{end}}{{end}}' "$1")
  { read -r manifest; read -r image_id; read -r base_architecture; onbuild=$(tr 'a-z' 'A-Z'); } << FACTS
$facts
FACTS
}

# check_architecture IMAGE: ends where it is of another architecture than asked for: buildah would label the image with the one
# asked for.
check_architecture() {
  [ -n "$OSB_ARCHITECTURE" ] || return 0
  case $base_architecture in
    '' | "$OSB_ARCHITECTURE") ;;
    *) finish ${code.pullDenied} "the base $1 is of architecture $base_architecture, and the image is to be of $OSB_ARCHITECTURE" ;;
  esac
}

# pull_refused IMAGE: returns if there are further credentials for the image, or ends.
pull_refused() {
  [ "$verdict" -ne ${code.pullFailed} ] || finish "$verdict" "$error"
  ! shorter_auth "$1" || return 0
  explain_refusal "$1"
  finish "$verdict" "$error"
}

# pull_image IMAGE OPTION...: pulls an image, or ends.
pull_image() {
  pulled=$1
  shift
  while :; do
    buildah_ pull --policy always "$@" "$pulled"
    [ "$status" -ne 0 ] || break
    check_storage
    read_error
    registry_verdict ${code.pullDenied} ${code.pullFailed} ${code.imageNotFound}
    pull_refused "$pulled"
  done
}

# pull_base KIND IMAGE: pulls an image that a stage starts from, and keeps the triggers in it.
pull_base() {
  [ "$1" != name ] || return 0
  kind=$1
  set -- "$2" --authfile "$auth_file" --retry 1 --retry-delay 2s
  [ -z "$OSB_ARCHITECTURE" ] || set -- "$@" --arch "$OSB_ARCHITECTURE"
  image=$1
  shift
  : > "$work/pull"
  pull_image "$image" "$@"
  read_image_facts "$image"
  check_architecture "$image"
  [ "$kind" != base ] || note_base "$image"
  triggers="$triggers
$onbuild"
}

is_digest() { case $1 in sha256:*[!0-9a-f]*) return 1 ;; sha256:*) [ "\${#1}" -eq 71 ] ;; *) return 1 ;; esac; }

# note_base IMAGE: takes down, for the push, the digest that the base has in its registry now. An image's own digest is
# that of its architecture; the index that named it is a file beside it, with the digest in its name, written at each pull.
note_base() {
  is_digest "$manifest" || return 0
  index=
  # Their names are base64, of manifest- and the digest.
  for file in "$storage/$driver-images/$image_id"/=bWFuaWZlc3Qt*; do
    [ -e "$file" ] && ! [ "$work/pull" -nt "$file" ] || continue
    found=$(printf '%s' "\${file##*/=}" | base64 -d 2> /dev/null)
    case $found in
      "manifest-$manifest") ;;
      manifest-*) ! is_digest "\${found#manifest-}" || index=\${found#manifest-} ;;
    esac
  done
  if [ -n "$index" ]; then printf '%s\\n' "$1" "$index" "$manifest"; else printf '%s\\n' "$1" "$manifest"; fi > "$work/base"
}

# Sets $base, $base_digest and $base_manifest to what the build took down, if that may stand in a message.
recall_base() {
  [ -e "$work/base" ] || return 0
  { read -r base; read -r base_digest; read -r base_manifest; } < "$work/base"
  case $base in *[!][A-Za-z0-9.:/@_-]*) base= ;; esac
  [ "\${#base}" -le 700 ] && is_digest "$base_digest" || base=
  [ -n "$base" ] && is_digest "$base_manifest" || base_manifest=
}

# The verb that looks up the digest that the base has now, of the manifest for the architecture. A list that it is added to takes the
# manifest and no layers.
base() {
  list=os-builder-base-$$
  buildah_ manifest create "$list"
  [ "$status" -eq 0 ] || storage_failed
  set -- --authfile "$auth_file"
  [ -z "$OSB_ARCHITECTURE" ] || set -- "$@" --arch "$OSB_ARCHITECTURE"
  while :; do
    buildah_ manifest add "$@" "$list" "docker://$OSB_BASE_IMAGE"
    [ "$status" -ne 0 ] || break
    read_error
    registry_verdict ${code.pullDenied} ${code.pullFailed} ${code.imageNotFound}
    pull_refused "$OSB_BASE_IMAGE"
  done
  buildah_ manifest inspect "$list"
  digest=$(sed -n 's/.*"digest": *"\\(sha256:[0-9a-f]*\\)".*/\\1/p' "$said" | head -n 1)
  is_digest "$digest" || { digest=; finish ${code.unknown} "buildah reported no digest"; }
  base=
  finish ${code.succeeded} ''
}

# Pulls them all; sets $triggers to the triggers of all, in capital letters.
pull_bases() {
  triggers=
  each_image pull_base
}
`
