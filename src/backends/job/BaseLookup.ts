/**
 * Looks up the base image of a build in its registry, in a short pod with the pull secret, trusted authorities, registries and proxy
 * of the build's own pod. The client needs no credentials.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { BackendError, BaseUnavailable } from "../../core/BuildError.js"
import { type BuiltImage, errored } from "../../core/BuildStatus.js"
import * as DurationText from "../../core/DurationText.js"
import { fromEither } from "../../effect/EitherEffect.js"
import type * as Cluster from "../../kubernetes/Cluster.js"
import * as ClusterProxy from "../controller/ClusterProxy.js"
import { backendError } from "../controller/ErrorMapping.js"
import * as ShortPod from "../controller/ShortPod.js"
import type { BuildRecord } from "../record/BuildRecord.js"
import * as Bases from "../script/Bases.js"
import * as BuildPod from "./BuildPod.js"
import type { JobProfile } from "./JobSettings.js"

const verb = "base"

/** It fetches little, but waits for a node like any pod. */
const timeout = Duration.minutes(5)

/** The digest of the manifest that the base's name has now. */
export const make =
  (cluster: Cluster.Service, profile: JobProfile) =>
  (record: BuildRecord, { architecture, base }: BuiltImage): Effect.Effect<string, BaseUnavailable | BackendError> =>
    Effect.gen(function*() {
      const { ref } = record
      const backend = profile.name
      if (base === undefined) {
        return yield* new BackendError({ backend, reason: "Unexpected", operation: `look up the base of ${ref}` })
      }
      const defaults = yield* Effect.mapError(
        ClusterProxy.of(cluster),
        backendError(backend, `read the defaults of the cluster for ${ref}`)
      )
      const spec = BuildPod.shortSpec(profile, record, defaults, {
        verb,
        environment: { OSB_BASE_IMAGE: base.pullspec, OSB_ARCHITECTURE: architecture ?? "" }
      })
      const operation = `run ${verb} for ${ref}`
      const { failure, ...ended } = yield* ShortPod.run(cluster, {
        backend,
        operation,
        verb,
        namespace: ref.namespace,
        prefix: `${ref.name}-${verb}-`,
        owner: ref,
        timeout,
        advice: `its pod did not end within ${
          DurationText.format(timeout)
        }; check that it finds a node, its image and its secret`,
        spec
      }).pipe(Effect.catchTag("ClusterError", (cause) => backendError(backend, operation)(cause)))
      if (failure !== undefined) {
        return yield* new BaseUnavailable({ ref, base, status: errored(failure.reason, failure) })
      }
      const answer = Bases.currentDigest(ended)
      return yield* fromEither(Either.mapLeft(answer, (status) => new BaseUnavailable({ ref, base, status })))
    })
