/** kubectl against the served fake: health, version, identity and tokens. */
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { serve } from "../../support/Kubectl.js"

describe("kubectl and the served fake", () => {
  it.scopedLive("kubectl: health endpoints have the server's text", () =>
    Effect.gen(function*() {
      const { sh } = yield* serve()
      assert.strictEqual(yield* sh("get --raw /readyz"), "ok")
      assert.strictEqual(
        yield* sh("get --raw /livez?verbose&exclude=etcd"),
        "[+]ping ok\n[+]log ok\n[+]etcd excluded: ok\nlivez check passed\n"
      )
      assert.strictEqual(yield* sh("get --raw /readyz/informer-sync"), "ok")
      assert.match(yield* sh("version"), /Server Version: v1\.37\.1/)
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("kubectl: auth whoami and create token", () =>
    Effect.gen(function*() {
      const { fails, sh } = yield* serve()
      assert.match(yield* sh("auth whoami"), /Username\s+client\nGroups\s+\[system:authenticated\]/)
      const token = (yield* sh("create token default --duration=15m")).trim()
      assert.match(
        yield* sh(`auth whoami --token ${token} -o json`),
        /"username": "system:serviceaccount:ns:default"/
      )
      assert.match(yield* fails(`get pods --token ${token}`), /User "system:serviceaccount:ns:default" cannot list/)
      assert.match(
        yield* fails("create token default --duration=1m"),
        /may not specify a duration less than 10 minutes/
      )
      yield* sh("delete serviceaccount default")
      assert.match(yield* fails(`auth whoami --token ${token}`), /Unauthorized|logged in/)
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("kubectl: labels and annotates by strategic merge patches", () =>
    Effect.gen(function*() {
      const { sh } = yield* serve()
      yield* sh("create configmap a --from-literal=x=1")
      assert.strictEqual(yield* sh("label configmap a app=x"), "configmap/a labeled\n")
      assert.strictEqual(yield* sh("delete configmaps -l app=x"), "configmap \"a\" deleted from ns namespace\n")
    }).pipe(Effect.provide(NodeContext.layer)))
})
