/**
 * What the builder of OpenShift does in its pod, as openshift/builder does it: it tells the Build what it pushed, or at which
 * stage it failed.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as BuildPod from "../controllers/BuildPod.js"
import * as Json from "../Json.js"
import * as OpenShiftKinds from "../kinds/OpenShiftKinds.js"
import * as Metadata from "../store/Metadata.js"
import type { Registry } from "../store/Registry.js"
import * as Program from "./Program.js"

/**
 * How a build ends: with the digest of what was pushed, or with a reason such as `DockerBuildFailed` and its message.
 *
 * @since 0.1.0
 * @category models
 */
export type End =
  | { readonly _tag: "Pushed"; readonly digest: string }
  | { readonly _tag: "Failed"; readonly reason: string; readonly message: string }

/** Whether a pod is that of an OpenShift Build. @since 0.1.0 @category predicates */
export const isBuildPod = (pod: JsonObject): boolean =>
  Json.text(pod, "metadata", "annotations", BuildPod.buildLabel) !== undefined

/** The Build that a pod is for, as it was when the pod was created. @since 0.1.0 @category getters */
export const buildOf = (registry: Registry, pod: JsonObject): JsonObject =>
  Either.getOrElse(
    registry.get(
      OpenShiftKinds.builds,
      Metadata.namespace(pod),
      Json.text(pod, "metadata", "annotations", BuildPod.buildLabel) ?? ""
    ),
    (): JsonObject => ({})
  )

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

/** The steps of the container that builds: what happens, and then how it ends. @since 0.1.0 @category constructors */
export const steps = (
  registry: Registry,
  pod: JsonObject,
  happens: Stream.Stream<Program.Step>,
  end: End
): Stream.Stream<Program.Step> =>
  happens.pipe(
    Stream.concat(Stream.drain(Stream.fromEffect(report(registry, pod, end)))),
    Stream.concat(Program.exit(end._tag === "Pushed" ? 0 : 1))
  )
