/**
 * What a container needs before it can start: the ConfigMaps and Secrets of its pod, and a user that its security context allows.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import type { NodeApi } from "./NodeApi.js"
import * as VolumeReferences from "./VolumeReferences.js"

const nouns: Readonly<Record<string, string>> = { secrets: "secret", configmaps: "configmap" }

/** Waits until all volumes can be mounted; `report` is called for each that cannot yet. @since 0.1.0 @category combinators  */
export const mounted = (
  pod: JsonObject,
  api: NodeApi,
  report: (message: string) => Effect.Effect<void>
): Effect.Effect<void> =>
  Effect.forEach(VolumeReferences.volumes(pod), ({ name, plural, volume }) =>
    Effect.gen(function*() {
      const namespace = Metadata.namespace(pod)
      if (!(yield* api.isThere(plural, namespace, name))) {
        yield* report(`MountVolume.SetUp failed for volume "${volume}" : ${nouns[plural]} "${name}" not found`)
        yield* api.appears(plural, namespace, name)
      }
    }), { discard: true })

/** The user that a container asks for, where it must not be root: kuberuntime/security_context.go, verifyRunAsNonRoot. */
const isForbiddenRoot = (pod: JsonObject, spec: JsonObject): boolean => {
  const of = (key: string) => Json.at(spec, "securityContext", key) ?? Json.at(pod, "spec", "securityContext", key)
  return of("runAsNonRoot") === true && of("runAsUser") === 0
}

/**
 * Waits until a container can be created; `report` is called for each reason why it cannot. An image's own user is not known, and
 * is allowed.
 *
 * @since 0.1.0
 * @category combinators
 */
export const configured = (
  pod: JsonObject,
  spec: JsonObject,
  api: NodeApi,
  report: (message: string) => Effect.Effect<void>
): Effect.Effect<void> =>
  Effect.gen(function*() {
    const namespace = Metadata.namespace(pod)
    for (const { name, plural } of VolumeReferences.environment(spec)) {
      if (!(yield* api.isThere(plural, namespace, name))) {
        yield* report(`${nouns[plural]} "${name}" not found`)
        yield* api.appears(plural, namespace, name)
      }
    }
    if (isForbiddenRoot(pod, spec)) {
      const where = `pod: "${Metadata.name(pod)}_${namespace}(${Metadata.uid(pod)})", container: ${
        Json.text(spec, "name")
      }`
      yield* report(`container's runAsUser breaks non-root policy (${where})`)
      return yield* Effect.never
    }
  })
