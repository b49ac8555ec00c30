import { assert, describe, it } from "@effect/vitest"
import { Context, Data, DateTime, Effect, Exit, Layer, Stream, Tracer } from "effect"
import {
  BackendSelection,
  BuildBackend,
  BuildError,
  BuildInput,
  BuildStatus,
  CustomBuildBackend
} from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import {
  absent,
  available,
  candidate,
  forbidden,
  input,
  refOf,
  silent,
  type Stub,
  summary
} from "../support/StubBackend.js"

/** A selection of openshift and custom, in this order, and what they were asked. */
const selecting = (stubs: { readonly openshift?: Stub; readonly custom?: Stub }) => {
  const notes: Array<string> = []
  const layer = BackendSelection.layerFrom([
    candidate("openshift", notes, stubs.openshift),
    candidate("custom", notes, stubs.custom)
  ])
  const started = Effect.map(Layer.build(layer), (context) => {
    notes.length = 0
    return context
  })
  return { notes, started }
}

const refuses = "heredocs are not supported"

describe("a new build", () => {
  it.scoped("a new build: goes to the first that can honour the input", () =>
    Effect.gen(function*() {
      const { notes, started } = selecting({ openshift: { refuses } })
      const context = yield* started
      yield* Effect.provide(BuildBackend.check(input), context)
      const { adopted, passedOver, ref } = yield* Effect.provide(BuildBackend.build(input), context)
      assert.strictEqual(ref.backend, "custom")
      assert.isFalse(adopted)
      assert.deepStrictEqual(passedOver, [
        new BuildBackend.PassedOver({
          backend: "openshift",
          issues: [new BuildError.Issue({ path: "dockerfile", line: 3, message: refuses })]
        })
      ])
      assert.deepStrictEqual(notes, ["custom.build"])
    }))

  it.scoped("a new build: is refused when nobody can, with what each objects to", () =>
    Effect.gen(function*() {
      const { notes, started } = selecting({ openshift: { refuses }, custom: { refuses: "no more than 1 MiB" } })
      const context = yield* started
      for (const attempt of [BuildBackend.check(input), Effect.asVoid(BuildBackend.build(input))]) {
        const error = yield* Effect.flip(Effect.provide(attempt, context))
        assert(error._tag === "BuildRejected")
        assert.strictEqual(error.reason, "Unsupported")
        assert.deepStrictEqual(error.issues, [
          new BuildError.Issue({ path: "dockerfile", line: 3, message: `openshift: ${refuses}` }),
          new BuildError.Issue({ path: "dockerfile", line: 3, message: "custom: no more than 1 MiB" })
        ])
      }
      assert.deepStrictEqual(notes, [])
    }))

  const errored = BuildStatus.errored("Unknown", { message: "it broke", logTail: [] })
  const failed = new BuildStatus.Failed({ reason: "InstructionFailed", message: "exit 1", logTail: [] })
  const digest = `sha256:${"a".repeat(64)}`
  const succeeded = new BuildStatus.Succeeded({
    image: new BuildStatus.BuiltImage({
      pullspec: `registry.example.com/os@${digest}`,
      digest,
      tag: "registry.example.com/os:1"
    }),
    startedAt: DateTime.unsafeMake(0),
    finishedAt: DateTime.unsafeMake(0)
  })
  const adoptions: ReadonlyArray<readonly [string, Parameters<typeof selecting>[0], string]> = [
    ["nobody has it", {}, "openshift"],
    ["another has it", { custom: { builds: [summary("custom", 1)] } }, "custom"],
    ["another has it, Failed", { custom: { builds: [summary("custom", 1, failed)] } }, "custom"],
    ["another has it, Errored", { custom: { builds: [summary("custom", 1, errored)] } }, "openshift"],
    [
      "another has it, Cancelled after one that Succeeded",
      { custom: { builds: [summary("custom", 2, new BuildStatus.Cancelled({})), summary("custom", 1, succeeded)] } },
      "openshift"
    ],
    [
      "another has it, Cancelled after one that is unfinished",
      { custom: { builds: [summary("custom", 2, new BuildStatus.Cancelled({})), summary("custom", 1)] } },
      "custom"
    ],
    [
      "both have it, the other's is newer",
      { openshift: { builds: [summary("openshift", 1)] }, custom: { builds: [summary("custom", 2)] } },
      "custom"
    ],
    [
      "both have it, the preferred one's is newer",
      { openshift: { builds: [summary("openshift", 2)] }, custom: { builds: [summary("custom", 1)] } },
      "openshift"
    ],
    [
      "both have it, the newer is Errored",
      { openshift: { builds: [summary("openshift", 2, errored)] }, custom: { builds: [summary("custom", 1)] } },
      "custom"
    ]
  ]
  for (const [name, stubs, backend] of adoptions) {
    it.scoped(`${name}: ${backend}`, () =>
      Effect.gen(function*() {
        const { notes, started } = selecting(stubs)
        yield* Effect.provide(BuildBackend.build(input), yield* started)
        assert.deepStrictEqual(notes, ["openshift.look", "custom.look", `${backend}.build`])
      }))
  }

  it.scoped("a new build: is looked for nowhere when it is to be made again", () =>
    Effect.gen(function*() {
      const { notes, started } = selecting({ custom: { builds: [summary("custom", 1)] } })
      yield* Effect.provide(BuildBackend.build(input, { again: true }), yield* started)
      assert.deepStrictEqual(notes, ["openshift.build"])
    }))

  it.scoped("a new build: is looked for in the namespace where it would be put", () =>
    Effect.gen(function*() {
      const asked: Array<BuildBackend.ListOptions | undefined> = []
      const { started } = selecting({
        custom: {
          list: (options) => Effect.sync(() => (asked.push(options), []))
        }
      })
      yield* Effect.provide(BuildBackend.build(input, { namespace: "os" }), yield* started)
      assert.strictEqual(asked[0]?.namespace, "os")
    }))

  const trouble = (reason: BuildError.BackendError["reason"]) =>
    new BuildError.BackendError({ backend: "custom", reason, operation: "list builds" })

  it.scoped("a new build: does without a look where we may not", () =>
    Effect.gen(function*() {
      const { notes, started } = selecting({ custom: { list: () => trouble("Forbidden") } })
      yield* Effect.provide(BuildBackend.build(input), yield* started)
      assert.deepStrictEqual(notes, ["openshift.look", "custom.look", "openshift.build"])
    }))

  it.scoped("a new build: is not made when nobody knows whether another has it", () =>
    Effect.gen(function*() {
      const { notes, started } = selecting({ custom: { list: () => trouble("Unreachable") } })
      const error = yield* Effect.flip(Effect.provide(BuildBackend.build(input), yield* started))
      assert.strictEqual(error.message, trouble("Unreachable").message)
      assert.notInclude(notes, "openshift.build")
    }))
})

it.scoped("passedOver: names preferred backends alone, and is absent where there is none", () =>
  Effect.gen(function*() {
    const { started } = selecting({ custom: { refuses } })
    const submission = yield* Effect.provide(BuildBackend.build(input), yield* started)
    assert.notProperty(submission, "passedOver")
  }))

it.scoped("spans: a rejection by check is not a failed span, and the choice is an attribute", () =>
  Effect.gen(function*() {
    const spans: Array<Tracer.Span> = []
    const context = yield* Layer.build(BackendSelection.layerFrom([
      BackendSelection.candidate({
        name: "openshift",
        probe: Effect.succeed(available),
        layer: Layer.succeed(
          BuildBackend.BuildBackend,
          BuildBackend.make({
            ...silent,
            name: "openshift",
            check: () => new BuildError.BuildRejected({ reason: "Unsupported", issues: [] })
          })
        )
      }),
      candidate("custom", [])
    ]))
    const native = yield* Effect.tracer
    const tracer = Tracer.make({
      context: (execute) => execute(),
      span: (...options) => {
        const span = native.span(...options)
        spans.push(span)
        return span
      }
    })
    yield* BuildBackend.build(input).pipe(Effect.provide(context), Effect.withTracer(tracer))
    assert.deepStrictEqual(
      spans.map(({ attributes, name, status }) => [
        name,
        status._tag === "Ended" && Exit.isSuccess(status.exit),
        attributes.get("os_builder.passed_over")
      ]),
      [["BackendSelection.build", true, "openshift"], ["BuildBackend.check", true, undefined]]
    )
  }))

describe("a ref", () => {
  it.scoped("a ref: is answered by its own backend", () =>
    Effect.gen(function*() {
      const { notes, started } = selecting({})
      const ref = refOf("custom")
      yield* Effect.all([
        BuildBackend.status(ref),
        BuildBackend.cancel(ref),
        BuildBackend.remove(ref),
        Stream.runDrain(BuildBackend.changes(ref)),
        Stream.runDrain(BuildBackend.logs(ref))
      ]).pipe(Effect.provide(yield* started))
      const methods = ["status", "cancel", "remove", "changes", "logs"]
      assert.deepStrictEqual(notes, methods.map((method) => `custom.${method} custom`))
    }))

  it.scoped("a ref: of nobody is an error that says who there is", () =>
    Effect.gen(function*() {
      const context = yield* selecting({ custom: { verdict: absent } }).started
      const ref = refOf("kaniko")
      const attempts = [
        BuildBackend.status(ref),
        BuildBackend.cancel(ref),
        BuildBackend.remove(ref),
        Stream.runDrain(BuildBackend.changes(ref)),
        Stream.runDrain(BuildBackend.logs(ref))
      ]
      for (const attempt of attempts) {
        const error = yield* Effect.flip(Effect.provide(attempt, context))
        assert(error._tag === "BackendError")
        assert.strictEqual(error.reason, "UnknownBackend")
        assert.match(error.message, /kaniko.*this selection has openshift, custom/)
      }
    }))

  it.scoped("a ref: is answered by a backend that cannot build here, which is then started, once", () =>
    Effect.gen(function*() {
      const { notes, started } = selecting({ openshift: { verdict: forbidden } })
      const context = yield* started
      const status = Effect.provide(BuildBackend.status(refOf("openshift")), context)
      yield* Effect.all([status, status], { concurrency: "unbounded" })
      assert.deepStrictEqual(notes, ["openshift.starts", "openshift.status openshift", "openshift.status openshift"])
    }))

  it.scoped("a ref: of a backend that does not start is an error, until it does", () =>
    Effect.gen(function*() {
      class DiskFull extends Data.TaggedError("DiskFull")<{ readonly message: string }> {}
      let attempts = 0
      const flaky = BackendSelection.candidate({
        name: "flaky",
        probe: Effect.succeed(absent),
        layer: Layer.effect(
          BuildBackend.BuildBackend,
          Effect.suspend(() => {
            attempts += 1
            return attempts === 1
              ? Effect.fail(new DiskFull({ message: "the disk is full" }))
              : Effect.succeed({ ...silent, name: "flaky", cancel: () => Effect.void })
          })
        )
      })
      const context = yield* Layer.build(BackendSelection.layerFrom([candidate("custom", []), flaky]))
      const cancel = Effect.provide(BuildBackend.cancel(refOf("flaky")), context)
      const error = yield* Effect.flip(cancel)
      assert.match(error.message, /Cannot start .* flaky .*the disk is full/)
      yield* cancel
      assert.strictEqual(attempts, 2)
    }))
})

it.scoped("Routing: a list holds the builds of all that can build here, newest first", () =>
  Effect.gen(function*() {
    const builds = { openshift: [4, 1], custom: [3, 2] }
    const { started } = selecting({
      openshift: { builds: builds.openshift.map((hour) => summary("openshift", hour)) },
      custom: { builds: builds.custom.map((hour) => summary("custom", hour)) }
    })
    const found = yield* Effect.provide(BuildBackend.list(), yield* started)
    assert.deepStrictEqual(found.map(({ ref }) => ref.name), ["os-build-4", "os-build-3", "os-build-2", "os-build-1"])
  }))

it.scoped("watch: reports the builds of all available backends", () =>
  Effect.gen(function*() {
    const { notes, started } = selecting({
      openshift: { builds: [summary("openshift", 1)] },
      custom: { builds: [summary("custom", 2)] }
    })
    const found = yield* Effect.provide(Stream.runCollect(BuildBackend.watch()), yield* started)
    assert.deepStrictEqual(Array.from(found, ({ ref }) => ref.backend).toSorted(), ["custom", "openshift"])
    assert.includeMembers(notes, ["openshift.watch", "custom.watch"])
  }))

it.scoped("Routing: an input is explained, candidate by candidate", () =>
  Effect.gen(function*() {
    const layer = BackendSelection.layerFrom([
      candidate("single-node", [], { verdict: absent }),
      candidate("openshift", [], { refuses }),
      candidate("custom", []),
      candidate("mine", [])
    ])
    const explained = yield* Effect.flatMap(BackendSelection.Selection, ({ explain }) => explain(input)).pipe(
      Effect.provide(layer)
    )
    assert.deepStrictEqual(explained.map(({ backend, decision, why }) => [backend, decision, why]), [
      ["single-node", "Unavailable", "Absent: it is not there"],
      [
        "openshift",
        "Refused",
        `Build rejected: this backend cannot honour the input.\n  - dockerfile (line 3): ${refuses}`
      ],
      ["custom", "Chosen", "it is there"],
      ["mine", "Possible", "custom is preferred"]
    ])
    assert.deepStrictEqual(explained.map(({ issues }) => issues.length), [0, 1, 0, 0])
  }))

it.scoped("Routing: the selection as a backend is called auto", () =>
  Effect.gen(function*() {
    const { started } = selecting({})
    const { name } = yield* Effect.provide(BuildBackend.BuildBackend, yield* started)
    assert.strictEqual(name, "auto")
  }))

describe("a branch as the context", () => {
  it.scoped("a branch as the context: a build of its commit is adopted, whichever candidate has it", () =>
    Effect.gen(function*() {
      const given = yield* BuildInput.make({
        dockerfile: "FROM quay.io/acme/base:1\n",
        finalImage: { pullspec: "registry.example.com/acme/os:1" },
        context: { git: { url: "https://git.example.com/acme/os.git", ref: "main" } }
      })
      const custom = yield* CustomBuildBackend.make()
      const selected = Context.get(
        yield* Layer.build(BackendSelection.layerFrom([BackendSelection.openShift(), BackendSelection.custom()])),
        BuildBackend.BuildBackend
      )
      const { ref } = yield* custom.build(given)
      const submission = yield* selected.build(given)
      assert.deepStrictEqual([submission.adopted, String(submission.ref)], [true, String(ref)])
    }).pipe(Effect.provide(FakeCluster.openShift)))
})
