import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Json from "../../../src/fake/Json.js"
import * as DefaultRoles from "../../../src/fake/kinds/DefaultRoles.js"
import * as Metadata from "../../../src/fake/store/Metadata.js"
import { ControlPlane, layer as controlPlane } from "../../control-plane/ControlPlane.js"

layer(controlPlane, { excludeTestServices: true, timeout: "90 seconds" })("default roles", (it) => {
  it.effect("default roles: are those of a real API server, with the rules of what they aggregate", () =>
    Effect.gen(function*() {
      const { client } = yield* ControlPlane
      for (const [kind, object] of DefaultRoles.objects) {
        const path = `/apis/${kind.group}/${kind.version}/${kind.plural}/${Metadata.name(object)}`
        const response: unknown = yield* Effect.flatMap(client.get(path), (response) => response.json)
        const real = Json.isObject(response) ? response : {}
        const { annotations, labels, name } = Json.object(real, "metadata")
        const { aggregationRule, roleRef, rules, subjects } = real
        assert.deepStrictEqual(
          Json.make({ metadata: Json.make({ name, annotations, labels }), rules, aggregationRule, roleRef, subjects }),
          object
        )
      }
    }))
})
