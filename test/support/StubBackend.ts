/**
 * Backends that only report the calls they received.
 */
import { DateTime, Effect, Layer, Stream } from "effect"
import {
  BackendSelection,
  BuildBackend,
  BuildError,
  BuildInput,
  BuildRef,
  BuildStatus,
  Capability
} from "effect-os-builder"

export const refOf = (backend: string, name = "os-build-a-1") =>
  new BuildRef.BuildRef({ backend, namespace: "builds", name, uid: "u1" })

export const input = Effect.runSync(BuildInput.make({
  dockerfile: "ARG BASE_IMAGE\nFROM $BASE_IMAGE\nRUN true",
  baseImage: { pullspec: "registry.example.com/base:1" },
  finalImage: { pullspec: "registry.example.com/os:1" }
}))

/** One line of a list, as old as the hour says. */
export const summary = (
  backend: string,
  hour: number,
  status: BuildStatus.BuildStatus = new BuildStatus.Pending({})
): BuildBackend.BuildSummary =>
  new BuildBackend.BuildSummary({
    ref: refOf(backend, `os-build-${hour}`),
    fingerprint: BuildInput.fingerprint(input),
    finalImage: "registry.example.com/os:1",
    createdAt: DateTime.unsafeMake(Date.UTC(2026, 0, 1, hour)),
    status
  })

export interface Stub {
  /** What `check` objects to. */
  readonly refuses?: string
  readonly builds?: ReadonlyArray<BuildBackend.BuildSummary>
  readonly list?: BuildBackend.Service["list"]
  readonly verdict?: Capability.Verdict
  /** Takes the place of the verdict. */
  readonly probe?: BackendSelection.Candidate<never, never>["probe"]
}

export const available = new Capability.Available({ evidence: "it is there" })
export const absent = new Capability.Absent({ evidence: "it is not there" })
export const forbidden = new Capability.Forbidden({
  rule: new Capability.RbacRule({
    apiGroups: ["batch"],
    resources: ["jobs"],
    verbs: ["create"],
    namespace: "builds"
  }),
  evidence: "we may not"
})

/** A backend that never answers. */
export const silent: BuildBackend.Service = BuildBackend.derive({
  name: "silent",
  check: () => Effect.void,
  build: () => Effect.never,
  status: () => Effect.never,
  changes: () => Stream.never,
  logs: () => Stream.never,
  cancel: () => Effect.never,
  remove: () => Effect.never,
  isOutdated: () => Effect.never,
  list: () => Effect.never,
  watch: () => Stream.never
})

/** A candidate of a backend that notes down each call: `custom.build`, and when it `starts` and `stops`. */
export const candidate = (name: string, notes: Array<string>, stub: Stub = {}) => {
  const note = (what: string) => Effect.sync(() => void notes.push(`${name}.${what}`))
  const noted = (what: string, ref: BuildRef.BuildRef) => note(`${what} ${ref.backend}`)
  const service = BuildBackend.derive({
    name,
    check: () =>
      stub.refuses === undefined ? Effect.void : new BuildError.BuildRejected({
        reason: "Unsupported",
        issues: [new BuildError.Issue({ path: "dockerfile", message: stub.refuses, line: 3 })]
      }),
    build: () => Effect.as(note("build"), { ref: refOf(name), adopted: false }),
    status: (ref) => Effect.as(noted("status", ref), new BuildStatus.Pending({})),
    changes: (ref) => Stream.fromEffect(Effect.as(noted("changes", ref), new BuildStatus.Pending({}))),
    logs: (ref) => Stream.fromEffect(Effect.as(noted("logs", ref), `a line of ${name}`)),
    cancel: (ref) => noted("cancel", ref),
    remove: (ref) => noted("remove", ref),
    isOutdated: (ref) => Effect.as(noted("isOutdated", ref), undefined),
    list: (options) =>
      Effect.zipRight(
        note(options?.fingerprint === undefined ? "list" : "look"),
        stub.list === undefined ? Effect.succeed(stub.builds ?? []) : stub.list(options)
      ),
    watch: () => Stream.concat(Stream.drain(Stream.fromEffect(note("watch"))), Stream.fromIterable(stub.builds ?? []))
  })
  return BackendSelection.candidate({
    name,
    probe: stub.probe ?? Effect.succeed(stub.verdict ?? available),
    layer: Layer.scoped(
      BuildBackend.BuildBackend,
      Effect.acquireRelease(Effect.as(note("starts"), service), () => note("stops"))
    )
  })
}
