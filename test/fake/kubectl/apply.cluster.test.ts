/** kubectl against the served fake: server-side apply. */
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { serve } from "../../support/Kubectl.js"

const config = (data: Readonly<Record<string, string>>) =>
  `# A comment, as configurations have.
apiVersion: v1
kind: ConfigMap
metadata:
  name: a
data: ${JSON.stringify(data)}
`

const managers = "get configmap a --show-managed-fields -o jsonpath={.metadata.managedFields[*].manager}"

describe("kubectl and the served fake", () => {
  it.scopedLive("kubectl: apply --server-side has conflicts and takes fields by force", () =>
    Effect.gen(function*() {
      const { fails, sh } = yield* serve()
      const apply = "apply --server-side -f -"
      assert.strictEqual(yield* sh(apply, config({ x: "1" })), "configmap/a serverside-applied\n")
      assert.strictEqual(yield* sh(apply, config({ x: "1" })), "configmap/a serverside-applied\n")
      const other = `${apply} --field-manager=other`
      assert.match(
        yield* fails(other, config({ x: "2" })),
        /Apply failed with 1 conflict: conflict with "kubectl": \.data\.x/
      )
      yield* sh(`${other} --force-conflicts`, config({ x: "2" }))
      assert.strictEqual(yield* sh(managers), "other")
      yield* sh(`${other}`, config({ y: "1" }))
      assert.strictEqual(yield* sh("get configmap a -o jsonpath={.data}"), "{\"y\":\"1\"}")
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("kubectl: apply --server-side takes over what apply without it wrote", () =>
    Effect.gen(function*() {
      const { fails, sh } = yield* serve()
      yield* sh("apply -f -", config({ x: "1", y: "1" }))
      assert.match(
        yield* fails("apply --server-side -f - --field-manager=other", config({ x: "2" })),
        /conflict with "kubectl-client-side-apply" using v1: \.data\.x/
      )
      yield* sh("apply --server-side -f -", config({ x: "2" }))
      assert.match(yield* sh("get configmap a -o jsonpath={.data}"), /"x":"2"/)
      assert.match(yield* sh(managers), /kubectl/)
    }).pipe(Effect.provide(NodeContext.layer)))
})
