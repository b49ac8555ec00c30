/**
 * Named build contexts in an OpenShift Build: the builder replaces their names after FROM and in `COPY --from` (openshift/builder
 * pkg/build/builder/common.go replaceImagesFromSource), and nowhere else.
 */
import type { BuildInput } from "../../core/BuildInput.js"
import * as Containerfile from "../../core/Containerfile.js"
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
  from: { kind: "DockerImage", name: image },
  as: [name]
})

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
