import { FileSystem, Path } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect } from "effect"
import { BuildInput, BuildRef, BuildStatus } from "effect-os-builder"
import { randomUUID } from "node:crypto"
import { ProcessIdentity } from "../../../src/backends/local/ProcessIdentity.js"
import * as StateDirectory from "../../../src/backends/local/StateDirectory.js"

const world = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const root = yield* fs.makeTempDirectoryScoped()
  const input = yield* BuildInput.make({
    dockerfile: "FROM scratch",
    baseImage: { pullspec: "127.0.0.1:5000/base:1" },
    finalImage: { pullspec: "127.0.0.1:5000/os:1" },
    context: { bytes: new Uint8Array([0, 255]) }
  })
  const fingerprint = BuildInput.fingerprint(input)
  const record = (number: number) =>
    new StateDirectory.LocalRecord({
      ref: new BuildRef.BuildRef({
        backend: "local",
        namespace: "default",
        name: StateDirectory.nameOf(fingerprint, number),
        uid: randomUUID()
      }),
      fingerprint,
      createdAt: DateTime.unsafeMake(0),
      finalImage: input.finalImage.pullspec,
      owner: new ProcessIdentity({ pid: 1, startTime: "1", boot: "b", place: "here" }),
      workFolder: "/nowhere"
    })
  return {
    fs,
    path,
    root,
    record,
    input,
    fingerprint,
    state: StateDirectory.make(fs, path, root, Effect.sync(randomUUID))
  }
})

const outcome = (status: BuildStatus.Terminal) =>
  new StateDirectory.Outcome({ status, finishedAt: DateTime.unsafeMake(1) })

describe("StateDirectory", () => {
  it.scopedLive("StateDirectory: a file beside the namespaces does not hide their builds", () =>
    Effect.gen(function*() {
      const { fs, input, path, record, root, state } = yield* world
      const one = record(1)
      yield* state.create(one, input)
      yield* fs.writeFileString(path.join(root, "notes"), "of somebody else")
      assert.deepStrictEqual(yield* state.list(), [{ namespace: "default", name: one.ref.name }])
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("StateDirectory: makes one build of many made at once under one name", () =>
    Effect.gen(function*() {
      const { input, record, state } = yield* world
      const records = Array.from({ length: 20 }, () => record(1))
      const made = yield* Effect.forEach(records, (record) => state.create(record, input), { concurrency: "unbounded" })
      assert.deepStrictEqual(made.filter((yes) => yes), [true])
      const winner = records[made.indexOf(true)]
      assert(winner !== undefined)
      assert.deepStrictEqual(yield* state.record(winner.ref), winner)
      assert.deepStrictEqual(yield* state.list(), [{ namespace: "default", name: winner.ref.name }])
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("StateDirectory: one that cannot be used is named with its variable", () =>
    Effect.gen(function*() {
      const { fs, input, path, record, root } = yield* world
      yield* fs.writeFileString(path.join(root, "file"), "")
      for (const unusable of [path.join(root, "file"), path.join(root, "file", "below")]) {
        const state = StateDirectory.make(fs, path, unusable, Effect.sync(randomUUID))
        for (const failing of [Effect.asVoid(state.create(record(1), input)), Effect.asVoid(state.list())]) {
          const { message } = yield* Effect.flip(failing)
          assert.include(message, unusable)
          assert.include(message, "OS_BUILDER_STATE_DIR")
          assert.include(message, "ENOTDIR")
        }
      }
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("record: small, with the input beside it and the context in neither", () =>
    Effect.gen(function*() {
      const { fs, input, path, record, root, state } = yield* world
      const one = record(1)
      yield* state.create(one, input)
      const read = (name: string) => fs.readFileString(path.join(root, "default", one.ref.name, name))
      assert.notInclude(yield* read("record.json"), "FROM scratch")
      const { context: _, ...rest } = input
      const kept = yield* BuildInput.decode(JSON.parse(yield* read("input.json")))
      assert.deepStrictEqual({ ...kept }, rest)
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("record: keeps a context from elsewhere, without which a dockerfilePath would be invalid", () =>
    Effect.gen(function*() {
      const { record, state } = yield* world
      const input = yield* BuildInput.make({
        dockerfilePath: "images/Containerfile",
        context: { git: { url: "https://git.example.com/os.git", commit: "1".repeat(40) } },
        finalImage: { pullspec: "127.0.0.1:5000/os:1" }
      })
      const one = record(1)
      yield* state.create(one, input)
      assert.deepStrictEqual(yield* state.input(one.ref), input)
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("StateDirectory: a record that cannot be written leaves nothing behind", () =>
    Effect.gen(function*() {
      const { fs, path, input, record, root } = yield* world
      const full: FileSystem.FileSystem = {
        ...fs,
        writeFileString: (file, text) =>
          file.endsWith("input.json")
            ? fs.writeFileString(path.join(file, "none"), text)
            : fs.writeFileString(file, text)
      }
      const state = StateDirectory.make(full, path, root, Effect.sync(randomUUID))
      const error = yield* Effect.flip(state.create(record(1), input))
      assert.strictEqual(error._tag, "BackendError")
      assert.deepStrictEqual(yield* fs.readDirectory(path.join(root, "default")), [])
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("StateDirectory: keeps the first outcome", () =>
    Effect.gen(function*() {
      const { input, record, state } = yield* world
      const one = record(1)
      yield* state.create(one, input)
      assert.isUndefined(yield* state.outcome(one.ref))
      const first = outcome(new BuildStatus.Cancelled({}))
      yield* state.setOutcome(one.ref, first)
      yield* state.setOutcome(one.ref, outcome(BuildStatus.errored("Unknown", { message: "later" })))
      assert.deepStrictEqual(yield* state.outcome(one.ref), first)
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("StateDirectory: forgets a build, and everything is well when it is gone", () =>
    Effect.gen(function*() {
      const { fs, path, input, record, root, state } = yield* world
      const one = record(1)
      yield* state.create(one, input)
      yield* state.stop(one.ref)
      assert.isTrue(yield* state.isStopped(one.ref))
      assert.strictEqual(yield* state.intervention(one.ref), "stop")
      yield* state.remove(one.ref)
      yield* state.remove(one.ref)
      yield* state.stop(one.ref)
      assert.isUndefined(yield* state.record(one.ref))
      assert.isFalse(yield* state.isStopped(one.ref))
      assert.strictEqual(yield* state.intervention(one.ref), "removed")
      assert.deepStrictEqual(yield* fs.readDirectory(path.join(root, "default")), [])
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("StateDirectory: orders builds by number, and knows its own from others", () =>
    Effect.gen(function*() {
      const { fingerprint, input, record, state } = yield* world
      for (const number of [1, 10, 9]) yield* state.create(record(number), input)
      assert.deepStrictEqual(StateDirectory.numbersOf(yield* state.list("default"), fingerprint), [10, 9, 1])
      assert.deepStrictEqual(StateDirectory.numbersOf(yield* state.list("default"), "a".repeat(26)), [])
      assert.deepStrictEqual(yield* state.list("other"), [])
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("StateDirectory: reads no file by a name that is no build's", () =>
    Effect.gen(function*() {
      const { fs, path, input, record, root, state } = yield* world
      const one = record(1)
      yield* state.create(one, input)
      yield* fs.rename(path.join(root, "default", one.ref.name), path.join(root, "secret"))
      for (
        const place of [
          { namespace: "default", name: "../secret" },
          { namespace: "..", name: one.ref.name },
          { namespace: ".", name: "secret" }
        ]
      ) assert.isUndefined(yield* state.record(place))
    }).pipe(Effect.provide(NodeContext.layer)))
})
