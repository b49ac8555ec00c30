/** kubectl against the served fake: what users may do, and acting as another. */
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { serve } from "../../support/Kubectl.js"

describe("kubectl and the served fake", () => {
  it.scopedLive("kubectl --as: acts as a user with the roles that are bound to it", () =>
    Effect.gen(function*() {
      const { fails, sh } = yield* serve()
      yield* sh("create role reads --verb=get,list --resource=configmaps")
      yield* sh("create rolebinding jane --role=reads --user=jane")
      yield* sh("create rolebinding readers --role=reads --group=readers")
      yield* sh("get configmaps --as jane")
      yield* sh("get configmaps --as bob --as-group readers")
      assert.match(
        yield* fails("get configmaps --as bob"),
        /User "bob" cannot list resource "configmaps" in API group "" in the namespace "ns"/
      )
      assert.match(yield* sh("auth whoami --as bob --as-group readers --as-uid 7"), /bob[^]*readers/)
      assert.match(
        yield* fails("get configmaps --as jane --as-group readers --as-uid 7 --token wrong"),
        /Unauthorized|logged in/
      )
      assert.match(
        yield* sh("auth whoami --as system:serviceaccount:ns:default"),
        /\[system:serviceaccounts system:serviceaccounts:ns system:authenticated\]/
      )
      const token = (yield* sh("create token default")).trim()
      assert.match(
        yield* fails(`get configmaps --as jane --token ${token}`),
        /users "jane" is forbidden: User "system:serviceaccount:ns:default" cannot impersonate resource "users"/
      )
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("kubectl auth can-i: one question, all rules, and those of another user", () =>
    Effect.gen(function*() {
      const { kubectl, sh } = yield* serve()
      yield* sh("create role reads --verb=get,list --resource=configmaps,pods/log")
      yield* sh("create rolebinding jane --role=reads --user=jane")
      assert.strictEqual(yield* sh("auth can-i create jobs"), "yes\n")
      assert.strictEqual(yield* sh("auth can-i list configmaps --as jane"), "yes\n")
      const { code, text } = yield* kubectl(["auth", "can-i", "create", "jobs", "--as", "jane"])
      assert.strictEqual(`${code} ${text}`, "1 no\n")
      const list = yield* sh("auth can-i --list --as jane")
      assert.match(list, /configmaps\s+\[\]\s+\[\]\s+\[get list\]/)
      assert.match(list, /pods\/log\s+\[\]\s+\[\]\s+\[get list\]/)
      assert.match(list, /selfsubjectaccessreviews\.authorization\.k8s\.io\s+\[\]\s+\[\]\s+\[create\]/)
    }).pipe(Effect.provide(NodeContext.layer)))
})
