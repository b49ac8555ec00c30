/**
 * The form and the names of the image, from an input to the script.
 *
 * @since 0.1.0
 */
import type { BuildInput } from "../../core/BuildInput.js"
import * as Output from "../../core/input/Output.js"
import type { Version } from "./BuildahFeatures.js"
import type { Environment } from "./Environment.js"
import { code } from "./ExitCode.js"

/**
 * The variables of the fields that an input has; none for a field that was left out, so that a setting may hold.
 *
 * @since 0.1.0
 * @category getters
 */
export const environment = (input: BuildInput): Partial<Environment> => {
  const { compression, finalImage, format = "auto", tags = [], timestamp } = input
  return {
    ...(format === "auto" ? {} : { OSB_FORMAT: format }),
    ...(tags.length === 0 ? {} : { OSB_TAGS: Output.namesOf(finalImage.pullspec, tags).join(" ") }),
    ...(compression === undefined ? {} : { OSB_COMPRESSION: compression.algorithm }),
    ...(compression?.level === undefined ? {} : { OSB_COMPRESSION_LEVEL: String(compression.level) }),
    ...(timestamp === undefined ? {} : { OSB_TIMESTAMP: String(Output.epochSeconds(timestamp)) })
  }
}

/** The first release that keeps the metadata of a zstd:chunked layer that the registry already has: containers/image v5.33. */
export const chunkedSince: Version = [1, 38]

/** Functions of `build`: whether the image is in the docker format, and how a commit gets the timestamp. */
export const outputCommands = `
# Sets $format: that of OSB_FORMAT, else docker where the Containerfile or a trigger of a base has what OCI images do not; and
# $trigger to what that trigger has.
set_format() {
  format=$OSB_FORMAT
  trigger=
  case $OSB_CONTAINERFILE$triggers in *[![:space:]]*) trigger=$({
    printf '%s\\n' "$triggers"
    [ -z "$OSB_CONTAINERFILE" ] || sed 's/^[[:space:]]*//' "$context/$OSB_CONTAINERFILE" | tr 'a-z' 'A-Z'
  } | sed -n 's/^\\(SHELL\\|HEALTHCHECK\\|ONBUILD\\)\\([^A-Z].*\\)\\{0,1\\}$/\\1/p' | head -n 1) ;; esac
  if [ -z "$format" ]; then
    format=oci
    [ ! -e "$input/format" ] && [ -z "$trigger" ] || format=docker
  fi
  printf '%s' "$format" > "$work/format"
  [ "$format" = oci ] || say "format $format"
}

# Ends where this buildah cannot compress as asked for.
check_compression() {
  [ "$OSB_COMPRESSION" != zstd:chunked ] || ! is_older ${chunkedSince.join(" ")} ||
    finish ${code.builderTooOld} "compression zstd:chunked needs buildah ${
  chunkedSince.join(".")
} or later; this is buildah $major.$minor"
}

# Ends where the image's format cannot hold what the input asks for. check knows the Containerfile, but not the base's triggers.
check_format() {
  needs="in a trigger of a base image needs the docker format"
  if [ "$format" = oci ]; then
    [ -z "$trigger" ] || finish ${code.containerfileInvalid} "$trigger $needs, and format is oci"
    return 0
  fi
  [ ! -e "$input/annotation.000001.name" ] ||
    finish ${code.containerfileInvalid} "annotations require the OCI format, and \${trigger:-the Containerfile} $needs"
  case $OSB_COMPRESSION in
    zstd*) finish ${code.containerfileInvalid} "$OSB_COMPRESSION requires the OCI format, and \${trigger:-the Containerfile} $needs" ;;
  esac
  [ -z "$OSB_TIMESTAMP" ] || ! is_older 1 41 ||
    finish ${code.builderTooOld} "timestamp with the docker format needs buildah 1.41 or later: an older one writes a container's id into the image; this is buildah $major.$minor"
}
`

/**
 * A part of `build` and of the push of the cache: adds the options of `buildah build` for the form of the image. The second finds
 * the layers that the first has made.
 */
export const outputOptions = `  no_cache=
  for name in "$input"/annotation.*.name; do
    [ -e "$name" ] || continue
    # An older one takes an image with other annotations from its cache.
    ! is_older 1 41 || no_cache=yes
    key=$(contents "$name") value=$(contents "\${name%.name}.value")
    set -- "$@" --annotation "\${key%x}=\${value%x}"
  done
  if [ -n "$OSB_TIMESTAMP" ]; then
    # The same layers with and without a layer cache.
    set -- "$@" --layers=true
    # A layer in the cache of an older one does not show which timestamp it was made with.
    ! is_older 1 42 || no_cache=yes
    if is_older 1 41; then
      set -- "$@" --timestamp "$OSB_TIMESTAMP" --build-arg "SOURCE_DATE_EPOCH=$OSB_TIMESTAMP"
    else
      set -- "$@" --source-date-epoch "$OSB_TIMESTAMP" --rewrite-timestamp
    fi
  fi
  [ -z "$no_cache" ] || [ "$verb" != build ] || set -- "$@" --no-cache
`

/** A part of `add_labels`: adds the options of `buildah commit` for the timestamp. */
export const commitOptions = `  if [ -n "$OSB_TIMESTAMP" ]; then
    if is_older 1 41; then
      set -- "$@" --timestamp "$OSB_TIMESTAMP"
    else
      set -- "$@" --source-date-epoch "$OSB_TIMESTAMP" --rewrite-timestamp
    fi
  fi
`
