/**
 * What OpenShift's builder does in its pod, by openshift/builder: updates the Build with the pushed digest, or with the
 * stage that failed.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as BuildPod from "../controllers/BuildPod.js"
import * as Json from "../Json.js"
import * as OpenShiftKinds from "../kinds/OpenShiftKinds.js"
import * as Metadata from "../store/Metadata.js"
import type { Registry } from "../store/Registry.js"
import * as Program from "./Program.js"

/**
 * The result of a build: the pushed digest, or a reason such as `DockerBuildFailed` with its message.
 *
 * @since 0.1.0
 * @category models
 */
export type End =
  | { readonly _tag: "Pushed"; readonly digest: string }
  | { readonly _tag: "Failed"; readonly reason: string; readonly message: string }

/** Whether a pod belongs to an OpenShift Build. @since 0.1.0 @category predicates  */
export const isBuildPod = (pod: JsonObject): boolean =>
  Json.text(pod, "metadata", "annotations", BuildPod.buildLabel) !== undefined

/** The Build of a pod, in its state when the pod was created. @since 0.1.0 @category getters  */
export const buildOf = (registry: Registry, pod: JsonObject): JsonObject =>
  Either.getOrElse(
    registry.get(
      OpenShiftKinds.builds,
      Metadata.namespace(pod),
      Json.text(pod, "metadata", "annotations", BuildPod.buildLabel) ?? ""
    ),
    (): JsonObject => ({})
  )

/**
 * The commit of a Build's repository: its ref if that is a commit, and otherwise one that depends on the URL and the ref alone.
 *
 * @since 0.1.0
 * @category getters
 */
export const commitOf = (build: JsonObject): string | undefined => {
  const git = Json.at(build, "spec", "source", "git")
  if (!Json.isObject(git)) return undefined
  const ref = Json.text(git, "ref") ?? ""
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(ref)
    ? ref
    : createHash("sha1").update(`${Json.text(git, "uri") ?? ""} ${ref}`).digest("hex")
}

/**
 * The steps of the container that clones the repository, of which the fake has none: it reports the commit in the Build.
 *
 * @since 0.1.0
 * @category constructors
 */
export const clones = (registry: Registry, pod: JsonObject): Stream.Stream<Program.Step> => {
  const build = buildOf(registry, pod)
  const commit = commitOf(build)
  const lines = Program.log(
    `Cloning ${JSON.stringify(Json.text(build, "spec", "source", "git", "uri") ?? "")} ...`,
    `\tCommit:\t${commit ?? ""} (a commit of the fake cluster)`
  )
  const told = Effect.map(Clock.currentTimeMillis, (now) => {
    registry.update(
      OpenShiftKinds.builds,
      Metadata.namespace(build),
      Metadata.name(build),
      "details",
      (stored) =>
        Either.right(
          commit === undefined
            ? stored
            : { ...stored, spec: { ...Json.object(stored, "spec"), revision: { type: "Git", git: { commit } } } }
        ),
      { now }
    )
  })
  return Stream.concat(lines, Stream.drain(Stream.fromEffect(told)))
}

const report = (registry: Registry, pod: JsonObject, end: End): Effect.Effect<void> =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    const name = Json.text(pod, "metadata", "annotations", BuildPod.buildLabel) ?? ""
    registry.update(OpenShiftKinds.builds, Metadata.namespace(pod), name, "main", (build) => {
      const status = Json.object(build, "status")
      return Either.right({
        ...build,
        status: end._tag === "Pushed"
          ? { ...status, output: { to: { imageDigest: end.digest } } }
          : { ...status, phase: "Failed", reason: end.reason, message: end.message }
      })
    }, { now })
  })

/**
 * The steps of the build container, followed by its result; `last` are the lines that it prints after it has updated the Build,
 * such as its error.
 *
 * @since 0.1.0
 * @category constructors
 */
export const steps = (
  registry: Registry,
  pod: JsonObject,
  happens: Stream.Stream<Program.Step>,
  end: End,
  last: ReadonlyArray<string> = []
): Stream.Stream<Program.Step> =>
  happens.pipe(
    Stream.concat(Stream.drain(Stream.fromEffect(report(registry, pod, end)))),
    Stream.concat(Program.log(...last)),
    Stream.concat(Program.exit(end._tag === "Pushed" ? 0 : 1))
  )
