/**
 * The names of images that buildah cannot read, on every backend: each runs buildah, OpenShift's builder too.
 *
 * @since 0.1.0
 */
import type { Issue } from "../../core/BuildError.js"
import * as BuildInput from "../../core/BuildInput.js"
import * as BuildContext from "../../core/input/BuildContext.js"
import { isImageContext } from "../../core/input/BuildContexts.js"
import { unsupported } from "../../core/input/InputIssue.js"

// containers/image docker/reference/regexp.go knows host names and IPv4 addresses (run with 1.28.2 and 1.43.2; buildah#4846).
const isUnreadable = (pullspec: string | undefined): boolean => pullspec?.startsWith("[") === true

const problem = "has an IPv6 address as its registry, which buildah cannot read; use a host name"

/**
 * An issue for each field with such a name, and for the Containerfile if it has one.
 *
 * @since 0.1.0
 * @category getters
 */
export const unreadable = (input: BuildInput.BuildInput): ReadonlyArray<Issue> => {
  const { baseImage, buildContexts = {}, cacheFrom, cacheTo, context, finalImage } = input
  const { base, bases, others } = BuildInput.pulledImages(input)
  const named = [base, ...bases, ...others].filter((name) => name !== baseImage?.pullspec)
  const fields: ReadonlyArray<readonly [path: ReadonlyArray<string>, pullspec: string | undefined]> = [
    [["finalImage", "pullspec"], finalImage.pullspec],
    [["baseImage", "pullspec"], baseImage?.pullspec],
    [["context", "image", "pullspec"], BuildContext.isImage(context) ? context.image.pullspec : undefined],
    ...Object.entries(buildContexts).flatMap(([name, value]) =>
      isImageContext(value) ? [[["buildContexts", name], value.image] as const] : []
    ),
    [["cacheFrom"], cacheFrom],
    [["cacheTo"], cacheTo]
  ]
  return [
    ...fields.filter(([, pullspec]) => isUnreadable(pullspec)).map(([path]) => unsupported(path, problem)),
    ...named.filter(isUnreadable).map((name) => unsupported(["dockerfile"], `names ${name}, which ${problem}`))
  ]
}
