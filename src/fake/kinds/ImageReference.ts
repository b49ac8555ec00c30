/**
 * Names of images as OpenShift's API server parses them: openshift/library-go pkg/image/reference and
 * pkg/image/internal/reference (regexp.go), February 2026. Unlike the builder, it takes neither an IPv6 address as the
 * registry nor a name of more than 255 characters.
 *
 * @since 0.1.0
 */

const hostLabel = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
const host = `${hostLabel}(?:\\.${hostLabel})*(?::[0-9]+)?`
const component = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
const digest = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"

const reference = new RegExp(
  `^((?:${host}/)?${component}(?:/${component})*)(?::\\w[\\w.-]{0,127})?(?:@(${digest}))?$`
)

const digestLengths: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 }

const digestProblem = (text: string): string | undefined => {
  const [algorithm = "", hex = ""] = text.split(":")
  const length = Object.hasOwn(digestLengths, algorithm) ? digestLengths[algorithm] : undefined
  return length === undefined
    ? "unsupported digest algorithm"
    : hex.length === length
    ? undefined
    : "invalid checksum digest length"
}

/** Why a name does not parse; undefined if it does. @since 0.1.0 @category getters  */
export const problem = (name: string): string | undefined => {
  const match = reference.exec(name)
  if (match === null) {
    return name === ""
      ? "repository name must have at least one component"
      : reference.test(name.toLowerCase())
      ? "repository name must be lowercase"
      : "invalid reference format"
  }
  const [, repository = "", text] = match
  return repository.length > 255
    ? "repository name must not be more than 255 characters"
    : text === undefined
    ? undefined
    : digestProblem(text)
}

// openshift-apiserver pkg/image/apis/image/validation/validation.go
const streamName = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/

/** The parts of the name of an ImageStreamTag, `stream:tag`. @since 0.1.0 @category models  */
export interface StreamTag {
  readonly stream: string
  readonly hasTag: boolean
  readonly isValid: boolean
}

/** Splits the name of an ImageStreamTag; any text is a valid tag. @since 0.1.0 @category constructors  */
export const streamTag = (name: string): StreamTag => {
  const [stream = ""] = name.split(":")
  return { stream, hasTag: name.includes(":"), isValid: streamName.test(stream) }
}
