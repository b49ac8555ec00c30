/**
 * Images as build contexts in an OpenShift Build. Named ones: the builder replaces their names after FROM and in `COPY --from`
 * (openshift/builder pkg/build/builder/common.go replaceImagesFromSource), and nowhere else. One whose files are the context:
 * the builder copies them (source.go extractSourceFromImage).
 */
import type { BuildInput } from "../../core/BuildInput.js"
import * as Containerfile from "../../core/Containerfile.js"
import * as ImagePullspec from "../../core/ImagePullspec.js"
import * as BuildContext from "../../core/input/BuildContext.js"
import { isImageContext } from "../../core/input/BuildContexts.js"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"

/** An image and the name that it replaces. */
export interface ImageContext {
  readonly name: string
  readonly image: string
}

export const of = ({ buildContexts = {} }: BuildInput): ReadonlyArray<ImageContext> =>
  Object.entries(buildContexts).flatMap(([name, context]) =>
    isImageContext(context) ? [{ name, image: context.image }] : []
  )

export const manifest = ({ image, name }: ImageContext): JsonObject => ({
  from: { kind: "DockerImage", name: ImagePullspec.withoutTag(image) },
  as: [name]
})

/** The image whose files are the context, if one is. `/.` is what is in its root, which the builder copies by `cp -r -p`. */
export const files = ({ context }: BuildInput, pullSecretName: string | undefined): ReadonlyArray<JsonObject> => {
  if (!BuildContext.isImage(context)) return []
  const { pullspec, secretName = pullSecretName } = context.image
  return [{
    from: { kind: "DockerImage", name: ImagePullspec.withoutTag(pullspec) },
    paths: [{ sourcePath: "/.", destinationDir: "." }],
    // Without one, the controller takes one of the service account's.
    ...(secretName === undefined ? {} : { pullSecret: { name: secretName } })
  }]
}

/** The mounts of RUN from one of the names. */
export const mountsFrom = (
  containerfile: string,
  names: ReadonlySet<string>
): ReadonlyArray<{ readonly line: number; readonly name: string }> =>
  Containerfile.instructions(containerfile).filter(({ keyword }) => keyword === "RUN").flatMap(({ flags, line }) =>
    flags.filter((flag) => flag.startsWith("--mount=")).flatMap((flag) =>
      flag.split(",").filter((option) => option.startsWith("from=")).map((option) => option.slice("from=".length))
    ).filter((name) => names.has(name)).map((name) => ({ line, name }))
  )
