/**
 * Constants that all build pods share, whichever program they run.
 */
import type { BuildInput } from "../../core/BuildInput.js"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"

/** The folder of every mount. */
export const root = "/os-builder"

/** The user `build` of buildah's image, and the group of the volumes. */
export const user = 1000

/** The mode of secrets: readable by the group of the volumes alone. */
export const secretMode = 0o440

/** Escapes a text, because Kubernetes expands `$(NAME)` in commands and values, and `$$` to a dollar. */
export const literal = (value: string): string => value.replaceAll("$", "$$$$")

/** The variables that have a value. */
export const variables = (values: Readonly<Record<string, string | undefined>>): ReadonlyArray<JsonObject> =>
  Object.entries(values).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [{ name, value: literal(value) }]
  )

/** The label with the architecture of a node. */
export const architectureLabel = "kubernetes.io/arch"

/** The node selector of a build: the input's, and its architecture. */
export const nodeSelector = ({ architecture, placement }: BuildInput): { readonly [key: string]: string } => ({
  ...placement?.nodeSelector,
  ...(architecture === undefined ? {} : { [architectureLabel]: architecture })
})
