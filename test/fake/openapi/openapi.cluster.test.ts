/**
 * The OpenAPI documents of the fake beside those of a real API server. With a new kind, or another release, write the schemas again:
 *
 *     OS_BUILDER_TEST_RECORD=yes npx vitest run --config test/control-plane/vitest.config.ts test/fake/openapi
 */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { render } from "../../../scripts/openapi-schemas.mjs"
import * as Json from "../../../src/fake/Json.js"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import { ControlPlane, layer as controlPlane } from "../../control-plane/ControlPlane.js"
import { api, bare } from "../../support/FakeApi.js"

const { OS_BUILDER_TEST_RECORD } = process.env

const path = join(import.meta.dirname, "../../../src/fake/openapi/BuiltInSchemas.ts")

/** A list without a type is atomic, a map granular. */
const isDefault = (key: string, value: Json.Value): boolean =>
  (key === "x-kubernetes-list-type" && value === "atomic") || (key === "x-kubernetes-map-type" && value === "granular")

const comparable = (json: Json.Value): Json.Value =>
  Json.isList(json)
    ? json.map(comparable)
    : Json.isObject(json)
    ? Object.fromEntries(
      Object.entries(json).filter(([key, value]) => !isDefault(key, value))
        .map(([key, value]) => [key, comparable(value)])
    )
    : json

/** Their lists and maps have no types on the fake, which takes the fields around them whole. */
const whole: ReadonlyArray<string> = [
  "batch.v1.JobSchedulingConfiguration.resourceClaims",
  "core.v1.ContainerRestartRuleOnExitCodes.values",
  "core.v1.ContainerStatus.allocatedResourcesStatus",
  "core.v1.ContainerStatus.volumeMounts",
  "core.v1.EvictionResponder",
  "core.v1.NodeAllocatableResourceClaimStatus.containers",
  "core.v1.NodeAllocatableResourceClaimStatus.mapping",
  "core.v1.NodeAllocatableResourceClaimStatus.overhead",
  "core.v1.NodeSelector",
  "core.v1.NodeSelectorTerm",
  "core.v1.ObjectReference",
  "core.v1.PodSpec.evictionResponders",
  "core.v1.PodStatus.nodeAllocatableResourceClaimStatuses",
  "core.v1.PodStatus.resourceClaimStatuses",
  "core.v1.PodStatus.volumeHealth",
  "core.v1.PodVolumeHealth.healthConditions",
  "core.v1.ResourceStatus.resources",
  "core.v1.ScopeSelector",
  "core.v1.SecretReference",
  "core.v1.TypedLocalObjectReference",
  "core.v1.VolumeHealthStatus.healthConditions"
]

const schemas = (document: JsonObject) => Json.object(document, "components", "schemas")

layer(controlPlane, { excludeTestServices: true, timeout: "90 seconds" })("OpenAPI v3", (it) => {
  it.effect("OpenAPI v3: the schemas of kinds are those of a real API server", () =>
    Effect.gen(function*() {
      const { client, version } = yield* ControlPlane
      const plane = yield* bare()
      const { get } = api(plane)
      const different: Array<string> = []
      const found: Record<string, Json.Value> = {}
      for (const name of Object.keys(Json.object(yield* get("/openapi/v3"), "paths"))) {
        const own = schemas(yield* get(`/openapi/v3/${name}`))
        const response: unknown = yield* Effect.flatMap(client.get(`/openapi/v3/${name}`), (response) => response.json)
        const real = Json.isObject(response) ? schemas(response) : {}
        Object.assign(found, real)
        for (const [schema, value] of Object.entries(own)) {
          for (const part of Object.keys(Json.object(value, "properties"))) {
            const [mine, theirs] = [value, real[schema]].map((one) =>
              comparable(Json.at(one, "properties", part) ?? null)
            )
            if (!Json.equal(mine, theirs)) {
              different.push(`${schema}.${part}: ${JSON.stringify(mine)} instead of ${JSON.stringify(theirs)}`)
            }
          }
          const [mine, theirs] = [value, real[schema]].map((one) =>
            comparable(Json.isObject(one) ? Json.omit(one, "properties") : null)
          )
          if (!Json.equal(mine, theirs)) {
            different.push(`${schema}: ${JSON.stringify(mine)} instead of ${JSON.stringify(theirs)}`)
          }
        }
      }
      if (OS_BUILDER_TEST_RECORD === "yes") {
        writeFileSync(path, render(found, plane.catalog.kinds, version))
      } else {
        const meant = whole.map((name) => `io.k8s.api.${name}: `)
        assert.deepStrictEqual(different.filter((text) => !meant.some((name) => text.startsWith(name))), [])
      }
    }))
})
