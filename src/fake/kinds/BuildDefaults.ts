/**
 * What OpenShift's API server changes in a Build: the defaults and conversions of every write (openshift/openshift-apiserver
 * pkg/build/apis/build/v1, defaults.go and conversion.go, February 2026), and the paths that validation cleans at creation.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Kind from "./Kind.js"

/** The strategies of a Build, and their types. @since 0.1.0 @category constants  */
export const strategies: Readonly<Record<string, string>> = {
  dockerStrategy: "Docker",
  sourceStrategy: "Source",
  customStrategy: "Custom",
  jenkinsPipelineStrategy: "JenkinsPipeline"
}

/** The sources of a Build, and their types; the first one that is set determines the type. @since 0.1.0 @category constants  */
export const sources: ReadonlyArray<readonly [string, string]> = [
  ["git", "Git"],
  ["binary", "Binary"],
  ["dockerfile", "Dockerfile"],
  ["images", "Image"]
]

/** The strategy type of a Build; undefined if it has none. @since 0.1.0 @category getters  */
export const strategy = (build: JsonObject): string | undefined => strategyType(Json.object(build, "spec", "strategy"))

const strategyType = (set: JsonObject): string | undefined =>
  Object.entries(strategies).find(([key]) => set[key] !== undefined)?.[1]

/** Go's `path.Clean`. @since 0.1.0 @category combinators  */
export const cleanPath = (path: string): string => {
  const root = path.startsWith("/") ? "/" : ""
  const segments = path.split("/").reduce<ReadonlyArray<string>>((done, segment) => {
    if (segment === "" || segment === ".") {
      return done
    }
    return segment !== ".."
      ? [...done, segment]
      : done.length > 0 && done.at(-1) !== ".."
      ? done.slice(0, -1)
      : root === ""
      ? [...done, segment]
      : done
  }, [])
  return `${root}${segments.join("/")}` || "."
}

const latest = (reference: JsonObject): JsonObject => ({
  ...reference,
  kind: "ImageStreamTag",
  name: `${Json.text(reference, "name") ?? ""}:latest`
})

/** The image that a strategy builds from: an ImageStream means its tag `latest`. */
const from = (reference: JsonObject): JsonObject => {
  const kind = Json.text(reference, "kind") ?? ""
  return kind === "ImageStream" ? latest(reference) : kind === "" ? { ...reference, kind: "ImageStreamTag" } : reference
}

/** The image that a Build pushes: even a name with a tag gets another one where the kind is missing. */
const to = (reference: JsonObject): JsonObject =>
  ["", "ImageStream"].includes(Json.text(reference, "kind") ?? "") ? latest(reference) : reference

const variable = (entry: JsonObject): JsonObject =>
  Kind.inside(entry, "valueFrom", (source) =>
    Kind.inside(
      Kind.inside(source, "fieldRef", (ref) => Kind.defaults(ref, { apiVersion: "v1" })),
      "fileKeyRef",
      (ref) => Kind.defaults(ref, { optional: false })
    ))

const volume = (values: JsonObject): JsonObject =>
  Kind.inside(values, "source", (source) =>
    ["secret", "configMap"].reduce(
      (object, key) => Kind.inside(object, key, (one) => Kind.defaults(one, { defaultMode: 420 })),
      source
    ))

const fillStrategy = (values: JsonObject): JsonObject => {
  const withVariables = ["env", "buildArgs"].reduce((object, key) => Kind.insideEach(object, key, variable), values)
  return Kind.inside(Kind.insideEach(withVariables, "volumes", volume), "from", from)
}

const fillStrategies = (given: JsonObject): JsonObject => {
  const set = given["type"] === "Docker" ? Kind.defaults(given, { dockerStrategy: {} }) : given
  // Their image is not optional, so that it has a kind even where it is missing.
  const withImages = ["sourceStrategy", "customStrategy"].reduce(
    (object, key) => Kind.inside(object, key, (one) => Kind.defaults(one, { from: {} })),
    set
  )
  const filled = Object.keys(strategies).reduce((object, key) => Kind.inside(object, key, fillStrategy), withImages)
  return { ...Json.omit(filled, "type"), ...Json.make({ type: strategyType(filled) }) }
}

const fillSource = (given: JsonObject): JsonObject => {
  const source = given["type"] === "Binary" ? Kind.defaults(given, { binary: {} }) : given
  const [, type = "None"] =
    sources.find(([key]) => key === "images" ? Json.list(source, key).length > 0 : source[key] !== undefined) ?? []
  return { ...source, type }
}

/** Defaults and conversions of every write. @since 0.1.0 @category combinators  */
export const fill = (build: JsonObject): JsonObject => {
  const spec = Json.object(build, "spec")
  return {
    ...build,
    spec: {
      ...Kind.inside(spec, "revision", (revision) => ({ ...revision, type: "Git" })),
      source: fillSource(Json.object(spec, "source")),
      strategy: fillStrategies(Json.object(spec, "strategy")),
      output: Kind.inside(Json.object(spec, "output"), "to", to),
      resources: Json.object(spec, "resources"),
      postCommit: Json.object(spec, "postCommit"),
      nodeSelector: spec["nodeSelector"] ?? null
    },
    status: Kind.defaults(Json.object(build, "status"), { output: {} })
  }
}

/** Whether a cleaned path leaves the directory that it is relative to. @since 0.1.0 @category predicates  */
export const leaves = (cleaned: string): boolean => cleaned === ".." || cleaned.startsWith("../")

/** The file name of a binary source; undefined if it is invalid. @since 0.1.0 @category getters  */
export const fileName = (asFile: string): string | undefined => {
  const name = cleanPath(asFile).replace(/^\//, "")
  return name === "" || name === "." || name.startsWith("..") || /[/\\]/.test(name) ? undefined : name
}

/** Cleans a path if it is valid; the one that is left empty is omitted. */
const cleaned = (
  object: JsonObject,
  key: string,
  clean: (path: string) => string | undefined
): JsonObject => {
  const path = Json.text(object, key)
  const value = path === undefined || path === "" ? "" : clean(path)
  return value === "" ? Json.omit(object, key) : value === undefined ? object : { ...object, [key]: value }
}

const relative = (isInvalid: (path: string) => boolean) => (path: string): string | undefined => {
  const clean = cleanPath(path)
  return isInvalid(clean) ? undefined : clean === "." ? "" : clean
}

const contextDir = relative((path) => path.startsWith(".."))
const filePath = relative((path) => path.startsWith("/") || leaves(path))

/** The cleaned paths of a new Build; invalid ones stay for validation to report. @since 0.1.0 @category combinators  */
export const clean = (build: JsonObject): JsonObject =>
  Kind.inside(build, "spec", (spec) =>
    Kind.inside(
      Kind.inside(spec, "source", (source) =>
        Kind.inside(
          cleaned(source, "contextDir", contextDir),
          "binary",
          (binary) => cleaned(binary, "asFile", fileName)
        )),
      "strategy",
      (strategy) =>
        Kind.inside(
          Kind.inside(strategy, "dockerStrategy", (docker) => cleaned(docker, "dockerfilePath", filePath)),
          "jenkinsPipelineStrategy",
          (jenkins) => cleaned(jenkins, "jenkinsfilePath", filePath)
        )
    ))
