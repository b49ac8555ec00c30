/** kubectl against the served fake: CustomResourceDefinitions and their objects. */
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { serve } from "../../support/Kubectl.js"

const definition = JSON.stringify({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "widgets", kind: "Widget", shortNames: ["wd"], categories: ["all"] },
    versions: [{
      name: "v1",
      served: true,
      storage: true,
      schema: {
        openAPIV3Schema: {
          type: "object",
          description: "A widget of the example.",
          properties: {
            spec: {
              type: "object",
              required: ["size"],
              properties: {
                size: { type: "integer", minimum: 1, description: "How large it is." },
                replicas: { type: "integer", default: 1 },
                tags: { type: "array", "x-kubernetes-list-type": "set", items: { type: "string" } }
              }
            },
            status: { type: "object", properties: { replicas: { type: "integer" } } }
          }
        }
      },
      subresources: {
        status: {},
        scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas" }
      },
      additionalPrinterColumns: [{ name: "Size", type: "integer", jsonPath: ".spec.size" }]
    }]
  }
})

const widget = (spec: object) =>
  JSON.stringify({ apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "a" }, spec })

describe("kubectl and the served fake", () => {
  it.scopedLive(
    "kubectl: a definition and its objects are created, applied, patched, scaled and deleted",
    () =>
      Effect.gen(function*() {
        const { fails, sh } = yield* serve()
        assert.match(yield* sh("apply -f -", definition), /widgets\.example\.com created/)
        yield* sh("wait --for=condition=Established crd/widgets.example.com --timeout=10s")
        assert.match(yield* sh("api-resources --api-group=example.com"), /widgets +wd +example\.com\/v1 +true +Widget/)
        assert.match(yield* sh("apply -f -", definition), /widgets\.example\.com unchanged/)
        assert.match(
          yield* sh("get crds"),
          /^NAME +SCOPE +VERSIONS +CREATED AT\nwidgets\.example\.com +Namespaced +v1\(storage\) /
        )

        assert.strictEqual(yield* sh("create -f -", widget({ size: 1 })), "widget.example.com/a created\n")
        assert.match(yield* sh("get wd"), /^NAME +SIZE\na +1\n$/)
        assert.match(yield* sh("get all"), /widget\.example\.com\/a/)
        yield* sh("apply -f -", widget({ size: 2, tags: ["x"] }))
        assert.strictEqual(
          yield* sh("apply -f -", widget({ size: 2, tags: ["x"] })),
          "widget.example.com/a unchanged\n"
        )
        assert.match(
          yield* fails("apply -f -", widget({ size: 0 })),
          /spec\.size in body should be greater than or equal to 1/
        )
        yield* sh("patch widget a --type=merge -p {\"spec\":{\"size\":5}}")
        assert.strictEqual(
          yield* sh("get widget a -o jsonpath={.spec}"),
          "{\"replicas\":1,\"size\":5,\"tags\":[\"x\"]}"
        )
        assert.match(yield* sh("scale widget a --replicas=3"), /widget\.example\.com\/a scaled/)
        assert.strictEqual(yield* sh("get widget a -o jsonpath={.spec.replicas}"), "3")
        yield* sh("apply --server-side --force-conflicts -f -", widget({ size: 6, tags: ["y"] }))
        assert.match(
          yield* fails("apply --server-side --field-manager=other -f -", widget({ size: 7 })),
          /conflict with "kubectl": \.spec\.size/
        )
        assert.strictEqual(yield* sh("delete widget a"), "widget.example.com \"a\" deleted from ns namespace\n")

        yield* sh("create -f -", widget({ size: 1 }))
        assert.match(yield* sh("delete crd widgets.example.com --timeout=20s"), /deleted/)
        assert.match(yield* fails("get widgets"), /NotFound|doesn't have a resource type/)
      }).pipe(Effect.provide(NodeContext.layer)),
    60_000
  )

  it.scopedLive("kubectl: explain describes built-in kinds and those of definitions", () =>
    Effect.gen(function*() {
      const { fails, sh } = yield* serve()
      const spec = yield* sh("explain pod.spec")
      assert.match(spec, /^KIND: +Pod\nVERSION: +v1\n\nFIELD: spec <PodSpec>\n/)
      assert.match(spec, /containers\t<\[\]Container> -required-\n +List of containers belonging to the pod\./)
      assert.match(yield* sh("explain deployment.spec.strategy.type"), /ENUM:\n +Recreate\n +RollingUpdate/)
      assert.match(yield* sh("explain crd.spec.names.plural"), /plural is the plural name of the resource to serve/)
      assert.match(yield* fails("explain pod.spec.nothing"), /field "nothing" does not exist/)
      yield* sh("apply -f -", definition)
      yield* sh("wait --for=condition=Established crd/widgets.example.com --timeout=10s")
      assert.match(yield* sh("explain widget"), /GROUP: +example\.com\nKIND: +Widget[\s\S]*A widget of the example\./)
      assert.match(
        yield* sh("explain widget.spec"),
        /size\t<integer> -required-\n +How large it is\.\n\n +tags\t<\[\]string>/
      )
    }).pipe(Effect.provide(NodeContext.layer)), 60_000)

  it.scopedLive(
    "kubectl: create and apply refuse unknown fields, and --validate=false lets the server drop them",
    () =>
      Effect.gen(function*() {
        const { fails, sh } = yield* serve()
        const configMap = JSON.stringify({
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "a" },
          dat: { x: "1" }
        })
        assert.match(yield* fails("create -f -", configMap), /strict decoding error: unknown field "dat"/)
        assert.match(yield* fails("apply -f -", configMap), /strict decoding error: unknown field "dat"/)
        assert.strictEqual(yield* sh("create --validate=false -f -", configMap), "configmap/a created\n")
        yield* sh("apply -f -", definition)
        yield* sh("wait --for=condition=Established crd/widgets.example.com --timeout=10s")
        assert.match(yield* fails("apply -f -", widget({ size: 1, wrong: 1 })), /unknown field "spec\.wrong"/)
      }).pipe(Effect.provide(NodeContext.layer)),
    60_000
  )
})
