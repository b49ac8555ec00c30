import { assert, describe, it } from "@effect/vitest"
import { Context, Data, Effect, Layer, Option, Schema, Stream, Tracer } from "effect"
import { BackendSelection, BuildBackend, Capability, Cluster } from "effect-os-builder"
import { timed } from "../support/Quiescence.js"
import { layer as cluster, openShift, type Script } from "../support/ScriptedCluster.js"
import { absent, available, candidate, forbidden, input, refOf, silent } from "../support/StubBackend.js"

const unreachable = new Capability.ProbeError({ probe: "custom", detail: "the server is away", retryable: true })

const report = Effect.map(BackendSelection.Selection, ({ report }) => report)
const verdicts = ({ rows }: BackendSelection.Report) => rows.map(({ backend, verdict }) => [backend, verdict._tag])

/** The backend that builds the input. */
const builder = Effect.map(BuildBackend.build(input), ({ ref }) => ref.backend)

describe("the choice", () => {
  it.effect("the choice: falls on the first that is available", () =>
    Effect.gen(function*() {
      const layer = BackendSelection.layerFrom([
        candidate("single-node", [], { verdict: absent }),
        candidate("openshift", [], { verdict: forbidden }),
        candidate("custom", []),
        candidate("mine", [])
      ])
      yield* Effect.gen(function*() {
        assert.strictEqual(yield* builder, "custom")
        assert.deepStrictEqual(verdicts(yield* report), [
          ["single-node", "Absent"],
          ["openshift", "Forbidden"],
          ["custom", "Available"],
          ["mine", "Available"]
        ])
      }).pipe(Effect.provide(layer))
    }))

  it.effect("the choice: is not made while it is unknown whether a preferred one is there", () =>
    Effect.gen(function*() {
      const notes: Array<string> = []
      const layer = BackendSelection.layerFrom([
        candidate("single-node", notes, { verdict: absent }),
        candidate("openshift", notes, { probe: unreachable }),
        candidate("custom", notes)
      ])
      const error = yield* Effect.flip(Effect.scoped(Layer.build(layer)))
      assert.strictEqual(error.message, unreachable.message)
      assert.deepStrictEqual(notes, [])
    }))

  it.effect("the choice: does not wait longer than five seconds for what is behind it", () =>
    Effect.gen(function*() {
      const layer = BackendSelection.layerFrom([
        candidate("openshift", [], { probe: Effect.delay(Effect.succeed(available), "1 second") }),
        candidate("custom", [], { probe: Effect.delay(Effect.succeed(available), "3 seconds") }),
        candidate("mine", [], { probe: Effect.never }),
        candidate("yours", [], { probe: unreachable })
      ])
      const { took, value } = yield* timed(Effect.provide(report, layer))
      assert.strictEqual(took, 6_000)
      assert.deepStrictEqual(verdicts(value), [
        ["openshift", "Available"],
        ["custom", "Available"],
        ["mine", "Unreachable"],
        ["yours", "Unreachable"]
      ])
      assert.match(String(value.rows[2]), /no response within 5s/)
    }))

  it.effect("the choice: fails when there is none, and says why and what to grant", () =>
    Effect.gen(function*() {
      const layer = BackendSelection.layerFrom([
        candidate("single-node", [], { verdict: absent }),
        candidate("custom", [], { verdict: forbidden })
      ])
      const error = yield* Effect.flip(Effect.scoped(Layer.build(layer)))
      assert.instanceOf(error, BackendSelection.NoBackendAvailable)
      assert.strictEqual(
        error.message,
        [
          "No backend can build images on this cluster.",
          "  - single-node is Absent: it is not there",
          "  - custom is Forbidden: we may not; to grant: create jobs (batch) in namespace builds"
        ].join("\n")
      )
      assert.isFalse(error.retryable)
    }))

  it.effect("the choice: fails with a candidate's own error when its layer cannot be built", () =>
    Effect.gen(function*() {
      class NoLicence extends Data.TaggedError("NoLicence") {}
      const layer = BackendSelection.layerFrom([
        candidate("custom", []),
        BackendSelection.candidate({
          name: "mine",
          probe: Effect.succeed(available),
          layer: Layer.fail(new NoLicence())
        })
      ])
      const error = yield* Effect.flip(Effect.scoped(Layer.build(layer)))
      assert.strictEqual(error._tag, "NoLicence")
    }))

  it.effect("the choice: gives a candidate what it needs", () =>
    Effect.gen(function*() {
      class Licence extends Context.Tag("Licence")<Licence, string>() {}
      const mine = BackendSelection.candidate({
        name: "mine",
        probe: Effect.map(Licence, (evidence) => new Capability.Available({ evidence })),
        layer: Layer.effect(
          BuildBackend.BuildBackend,
          Effect.map(Licence, (licence) => ({
            ...silent,
            name: "mine",
            build: () => Effect.succeed({ ref: refOf("mine", licence), adopted: false })
          }))
        )
      })
      const licensed = Layer.provide(
        BackendSelection.layerFrom([mine, candidate("custom", [], { verdict: absent })]),
        Layer.succeed(Licence, "MIT")
      )
      const { ref } = yield* Effect.provide(BuildBackend.build(input), licensed)
      assert.strictEqual(ref.name, "MIT")
    }))

  it.effect("the choice: does not start a backend twice, nor one that is not chosen, and stops what it started", () =>
    Effect.gen(function*() {
      const notes: Array<string> = []
      const layer = BackendSelection.layerFrom([
        candidate("openshift", notes, { verdict: absent }),
        candidate("custom", notes)
      ])
      const twoUsers = Layer.merge(
        Layer.provide(Layer.effectDiscard(builder), layer),
        Layer.provide(Layer.effectDiscard(builder), layer)
      )
      yield* Effect.scoped(Layer.build(twoUsers))
      assert.deepStrictEqual(notes, ["custom.starts", "custom.build", "custom.build", "custom.stops"])
    }))

  it.effect("the choice: takes no two candidates of one name, nor a backend of another name", () =>
    Effect.gen(function*() {
      const twice = BackendSelection.layerFrom([candidate("custom", []), candidate("custom", [])])
      const misnamed = BackendSelection.layerFrom([{ ...candidate("custom", []), name: "mine" }])
      const defectOf = <A, E>(layer: Layer.Layer<A, E>) =>
        Effect.map(Effect.flip(Effect.sandbox(Effect.scoped(Layer.build(layer)))), String)
      assert.match(yield* defectOf(twice), /Two candidates have the same name/)
      assert.match(yield* defectOf(misnamed), /candidate mine provides a backend of another name/)
    }))
})

describe("on a cluster", () => {
  const candidates = (notes: Array<string> = []) =>
    [
      { ...candidate("single-node", notes), probe: Capability.singleNodeJobsWith({ pod: { spec: {} } }) },
      { ...candidate("openshift", notes), probe: Capability.openShiftBuilds },
      { ...candidate("custom", notes), probe: Capability.buildJobsWith({ pod: { spec: {} } }) }
    ] as const
  const on = (script: Script) => Layer.provide(BackendSelection.layerFrom(candidates()), cluster(script))

  const refusal = { code: 403, reason: "Forbidden", message: "no permission" }
  const chosen: ReadonlyArray<readonly [string, Script, string, string]> = [
    ["Kubernetes", {}, "custom", ""],
    ["OpenShift", openShift, "openshift", ""],
    ["OpenShift on a single node", { ...openShift, topology: "SingleReplica" }, "single-node", ""],
    ["OpenShift without builds", { ...openShift, buildResources: [] }, "custom", ""],
    [
      "OpenShift whose topology we may not see",
      { ...openShift, topology: "SingleReplica", refuses: { "/infrastructures/cluster": refusal } },
      "openshift",
      "to grant: get infrastructures (config.openshift.io) named cluster cluster-wide"
    ],
    [
      "OpenShift that lets us create no Docker builds",
      { ...openShift, denied: ["builds/docker"] },
      "custom",
      "to grant: create builds/docker (build.openshift.io) in namespace builds"
    ],
    [
      "a single node that lets us create no Jobs",
      { ...openShift, topology: "SingleReplica", denied: ["jobs"] },
      "openshift",
      "to grant: create jobs (batch) in namespace builds"
    ]
  ]
  for (const [name, script, backend, granting] of chosen) {
    it.effect(`${name}: ${backend}`, () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* builder, backend)
        assert.include(BackendSelection.table(yield* report), granting)
      }).pipe(Effect.provide(on(script))))
  }

  it.effect("on a cluster: takes two round trips", () =>
    Effect.gen(function*() {
      for (const [, script] of chosen) {
        const { took } = yield* timed(Effect.provide(report, on({ ...script, latency: "100 millis" })))
        assert.isAtMost(took, 200)
      }
    }))

  it.effect(
    "on a cluster: waits for an aggregated API that is away, and then for nothing else",
    () =>
      Effect.gen(function*() {
        const away = { code: 503, reason: "ServiceUnavailable" }
        const blinks = on({ ...openShift, refuses: { "build.openshift.io/v1": { times: 8, refusal: away } } })
        const back = yield* timed(Effect.provide(builder, blinks))
        assert.strictEqual(back.value, "openshift")
        assert.isAbove(back.took, 0)

        const gone = on({ ...openShift, refuses: { "build.openshift.io/v1": away } })
        const { took, value } = yield* timed(Effect.flip(Effect.provide(builder, gone)))
        assert.strictEqual(value._tag, "ProbeError")
        assert.strictEqual(took, 120_000)
      }),
    { timeout: 30_000 }
  )

  it.scoped("on a cluster: selects for two clusters in one process", () =>
    Effect.gen(function*() {
      const shared = BackendSelection.layerFrom(candidates())
      const here = yield* Layer.build(Layer.provide(shared, cluster({})))
      const there = yield* Layer.build(Layer.provide(shared, cluster(openShift)))
      assert.strictEqual(yield* Effect.provide(builder, here), "custom")
      assert.strictEqual(yield* Effect.provide(builder, there), "openshift")
      assert.strictEqual(yield* Effect.provide(builder, here), "custom")
    }))

  it.scoped("on a cluster: a backend that is started later uses the cluster that was selected for", () =>
    Effect.gen(function*() {
      const name = "late"
      const late = BackendSelection.candidate({
        name,
        probe: Effect.succeed(absent),
        layer: Layer.effect(
          BuildBackend.BuildBackend,
          Effect.map(Cluster.Cluster, ({ defaultNamespace }) => {
            const line = `in ${defaultNamespace}`
            return { ...silent, name, logs: () => Stream.make(line) }
          })
        )
      })
      const layer = BackendSelection.layerFrom([candidate("custom", []), late])
      const ours = yield* Layer.build(Layer.provide(layer, cluster({ namespace: "ours" })))
      const theirs = yield* Layer.build(cluster({ namespace: "theirs" }))
      const lines = yield* Stream.runCollect(BuildBackend.logs(refOf(name))).pipe(
        Effect.provide(Context.merge(theirs, ours))
      )
      assert.deepStrictEqual([...lines], ["in ours"])
    }))
})

describe("the report", () => {
  const candidates = [
    candidate("single-node", [], { verdict: absent }),
    candidate("openshift", [], { verdict: forbidden }),
    candidate("custom", []),
    candidate("mine", [], { probe: unreachable })
  ] as const

  it.effect("the report: is there without choosing, and never fails", () =>
    Effect.gen(function*() {
      const report = yield* BackendSelection.probe(candidates)
      assert.deepStrictEqual(verdicts(report), [
        ["single-node", "Absent"],
        ["openshift", "Forbidden"],
        ["custom", "Available"],
        ["mine", "Unreachable"]
      ])
      assert.deepStrictEqual(verdicts(yield* BackendSelection.probe([])), [])
    }))

  it.effect("the report: is a table for people", () =>
    Effect.gen(function*() {
      assert.strictEqual(
        BackendSelection.table(yield* BackendSelection.probe(candidates)),
        [
          "   BACKEND      VERDICT      WHY",
          "   single-node  Absent       it is not there",
          "   openshift    Forbidden    we may not; to grant: create jobs (batch) in namespace builds",
          "→  custom       Available    it is there",
          "   mine         Unreachable  The probe custom failed: the server is away (try again when the cluster responds)"
        ].join("\n")
      )
      const none = BackendSelection.table(yield* BackendSelection.probe([candidates[3], candidates[2]]))
      assert.notInclude(none, "→")
    }))

  it.effect("the report: goes through JSON", () =>
    Effect.gen(function*() {
      const report = yield* BackendSelection.probe(candidates)
      const json = yield* Schema.encode(Schema.parseJson(BackendSelection.Report))(report)
      const back = yield* Schema.decode(Schema.parseJson(BackendSelection.Report))(json)
      assert.strictEqual(BackendSelection.table(back), BackendSelection.table(report))
    }))
})

it.effect("BackendSelection: each probe has a span of its own", () =>
  Effect.gen(function*() {
    const spans: Array<Tracer.Span> = []
    const tracer = yield* Effect.tracer
    const watching = Tracer.make({
      context: tracer.context,
      span: (...options) => {
        const span = tracer.span(...options)
        spans.push(span)
        return span
      }
    })
    const layer = BackendSelection.layerFrom([
      { ...candidate("single-node", []), probe: Capability.singleNode },
      { ...candidate("custom", []), probe: Capability.buildJobs }
    ])
    yield* report.pipe(
      Effect.provide(layer),
      Effect.withSpan("the application"),
      Effect.provide(cluster(openShift)),
      Effect.withTracer(watching)
    )
    const named = (name: string) => spans.find((span) => span.name === name)
    const above = (name: string) => {
      const parent = named(name)?.parent ?? Option.none()
      return Option.isSome(parent) && parent.value._tag === "Span" ? parent.value.name : undefined
    }
    assert.strictEqual(named("Capability.singleNode")?.attributes.get("os_builder.verdict"), "Absent")
    assert.strictEqual(above("Capability.singleNode"), "BackendSelection.probe")
    assert.strictEqual(above("BackendSelection.probe"), "BackendSelection.select")
    assert.strictEqual(above("BackendSelection.select"), "the application")
    assert.isDefined(named("Capability.buildJobs"))
  }))
