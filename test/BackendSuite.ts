/**
 * What every backend must do, whatever runs its builds. Each implementation brings a World and runs these same cases.
 */
import { assert, layer } from "@effect/vitest"
import { Chunk, Deferred, Duration, Effect, Fiber, type Layer, Option, type Scope, Stream } from "effect"
import {
  BuildBackend,
  type BuildError,
  BuildEvent,
  BuildInput,
  BuildRef,
  BuildStatus,
  ContextUpload
} from "effect-os-builder"
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { settle } from "./support/Quiescence.js"

export interface World<R, E> {
  readonly name: string
  /** The backend, and whatever the other members need. */
  readonly layer: Layer.Layer<BuildBackend.BuildBackend | R, E>
  /** Whether time is real; otherwise it is the TestClock's. */
  readonly live: boolean
  /** How long one case may take, in real time. */
  readonly timeout: Duration.DurationInput
  /** An input of its own for each name. Its build ends well, or badly: with an instruction that fails. */
  readonly input: (name: string, ends: "well" | "badly") => Effect.Effect<BuildInput.BuildInput, never, R>
  /** Builds of this input stay Running until they are released. */
  readonly hold: (input: BuildInput.BuildInput) => Effect.Effect<void, never, R>
  /** Lets a held build go on to its end: as its input has it, or to an Errored that is not retried. */
  readonly release: (
    held: { readonly input: BuildInput.BuildInput; readonly ref: BuildRef.BuildRef },
    ending: "succeeds" | "errors"
  ) => Effect.Effect<void, never, R>
  /** Makes a secret with the credentials of a registry, where the backend has secrets. */
  readonly pullSecret: (name: string) => Effect.Effect<void, never, R>
  /** Lets time pass, where it is virtual. */
  readonly advance: Effect.Effect<void>
}

const reached = (
  ref: BuildRef.BuildRef,
  accepts: (status: BuildStatus.BuildStatus) => boolean
): Effect.Effect<BuildStatus.BuildStatus, BuildError.BuildError, BuildBackend.BuildBackend> =>
  BuildBackend.changes(ref).pipe(
    Stream.filter(accepts),
    Stream.runHead,
    Effect.flatMap((found) => Option.isSome(found) ? Effect.succeed(found.value) : Effect.die(`${ref} never got there`))
  )

const running = (ref: BuildRef.BuildRef) => reached(ref, (status) => status._tag === "Running")
const ended = (ref: BuildRef.BuildRef) => reached(ref, BuildStatus.isTerminal)

/** Runs the effect in the background, and waits until it has begun to watch the changes of a build. */
const watching = <A, E>(effect: Effect.Effect<A, E, BuildBackend.BuildBackend>) =>
  Effect.gen(function*() {
    const backend = yield* BuildBackend.BuildBackend
    const seen = yield* Deferred.make<void>()
    const fiber = yield* Effect.fork(Effect.provideService(effect, BuildBackend.BuildBackend, {
      ...backend,
      changes: (ref) => Stream.tap(backend.changes(ref), () => Deferred.succeed(seen, undefined))
    }))
    yield* Deferred.await(seen)
    return fiber
  })

const failureOf = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<E, never, R> =>
  Effect.matchEffect(effect, {
    onFailure: Effect.succeed,
    onSuccess: (value) => Effect.dieMessage(`a failure was expected, not ${JSON.stringify(value)}`)
  })

const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(tmpdir(), "suite-"))),
  (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true }))
)

const tags = (statuses: Iterable<BuildStatus.BuildStatus>) => Array.from(statuses, (status) => status._tag)

const rank = { Pending: 0, Running: 1, Succeeded: 2, Failed: 2, Errored: 2, Cancelled: 2 }

/** The Containerfile of an input with the name of its base in the place of BASE_IMAGE. */
const withBaseNamed = ({ baseImage, dockerfile = "" }: BuildInput.BuildInput) => {
  const pullspec = baseImage?.pullspec ?? ""
  return { pullspec, dockerfile: dockerfile.replace("${BASE_IMAGE}", pullspec) }
}

/** Builds, and checks the base that the backend reports, if it reports one. */
const builtOn = (input: BuildInput.BuildInput, pullspec: string) =>
  Effect.gen(function*() {
    const { ref } = yield* BuildBackend.build(input)
    const status = yield* ended(ref)
    assert(status._tag === "Succeeded", JSON.stringify(status))
    const { base } = status.image
    if (base !== undefined) assert.strictEqual(base.pullspec, pullspec)
    return { ref, base }
  })

export const suite = <R, E>(world: World<R, E>): void => {
  const timeout = Duration.toMillis(world.timeout)
  layer(world.layer, { excludeTestServices: world.live, timeout: world.timeout })(
    `BackendSuite: ${world.name}`,
    (it) => {
      const check = (
        name: string,
        test: (name: string) => Effect.Effect<void, BuildError.BuildError, BuildBackend.BuildBackend | R | Scope.Scope>
      ) =>
        it.effect(
          name,
          () =>
            Effect.scoped(Effect.gen(function*() {
              yield* Effect.forkScoped(Effect.forever(Effect.zipRight(Effect.yieldNow(), world.advance)))
              yield* test(name)
            })),
          timeout
        )

      const start = (name: string, ends: "well" | "badly" = "well") =>
        Effect.gen(function*() {
          const input = yield* world.input(name, ends)
          const { adopted, ref } = yield* BuildBackend.build(input)
          assert.isFalse(adopted, "nobody built this input before")
          return { input, ref }
        })

      const startHeld = (name: string) =>
        Effect.gen(function*() {
          const input = yield* world.input(name, "well")
          yield* world.hold(input)
          const { ref } = yield* BuildBackend.build(input)
          yield* running(ref)
          return { input, ref }
        })

      check(
        "all builds are watched in one stream: those that are there, and those that begin",
        (name) =>
          Effect.gen(function*() {
            const held = yield* startHeld(name)
            const seen = new Map<string, Array<BuildBackend.BuildSummary>>()
            const told = (ref: BuildRef.BuildRef) => seen.get(ref.uid) ?? []
            const watching = yield* Effect.fork(Stream.runForEach(BuildBackend.watch(), (summary) =>
              Effect.sync(() =>
                seen.set(summary.ref.uid, [...told(summary.ref), summary])
              )))
            const until = (accepts: () => boolean) =>
              Effect.repeat(
                Effect.zipRight(Fiber.poll(watching), world.live ? Effect.sleep("20 millis") : settle),
                {
                  until: accepts
                }
              )
            yield* until(() =>
              told(held.ref).length > 0
            )
            assert.deepStrictEqual(tags(told(held.ref).map(({ status }) => status)), ["Running"])

            const next = yield* start(`${name}, next`)
            yield* until(() => told(next.ref).length > 0)
            yield* world.release(held, "succeeds")
            yield* until(() => [held, next].every(({ ref }) => told(ref).at(-1)?.status._tag === "Succeeded"))

            for (const { input, ref } of [held, next]) {
              const summaries = told(ref)
              const ranks = summaries.map(({ status }) => rank[status._tag])
              assert.deepStrictEqual(ranks, ranks.toSorted(), "went back")
              const last = summaries.at(-1)
              assert.deepStrictEqual(last?.status, yield* BuildBackend.status(ref))
              assert.strictEqual(last?.finalImage, input.finalImage.pullspec)
              assert.deepStrictEqual(
                summaries.map(({ finishedAt }) => finishedAt !== undefined),
                ranks.map((one) => one === 2)
              )
            }
            yield* Fiber.interrupt(watching)
          })
      )

      check("a build goes forward to Succeeded, and its result is the image", (name) =>
        Effect.gen(function*() {
          const { input, ref } = yield* start(name)
          const seen = Chunk.toReadonlyArray(yield* Stream.runCollect(BuildBackend.changes(ref)))
          const ranks = seen.map((status) => rank[status._tag])
          assert.deepStrictEqual(ranks, ranks.toSorted(), `went back: ${tags(seen)}`)
          const last = seen.at(-1)
          assert(last?._tag === "Succeeded", JSON.stringify(last))
          const image = yield* BuildBackend.result(ref)
          assert.deepStrictEqual(image, last.image)
          assert.strictEqual(image.tag, input.finalImage.pullspec)
          assert.match(image.pullspec, /^[^@]+@sha256:[0-9a-f]{64}$/)
          assert.isTrue(image.pullspec.endsWith(`@${image.digest}`))
          assert.deepStrictEqual(tags([yield* BuildBackend.status(ref)]), ["Succeeded"])
        }))

      check(
        "links, directories and their modes in a context: built, or refused by their paths",
        (name) =>
          Effect.gen(function*() {
            const backend = yield* BuildBackend.BuildBackend
            const input = yield* BuildInput.make({
              ...yield* world.input(name, "well"),
              context: {
                "etc/systemd/x.service": { link: "/dev/null" },
                "etc/systemd/multi-user.target.wants/y.service": { link: "../y.service" },
                "etc/systemd/y.service": "[Unit]\n",
                "var/empty": { directory: true },
                "srv/shared": { directory: true, mode: 0o2775 }
              }
            })
            const checked = yield* Effect.either(backend.check(input))
            if (checked._tag === "Right") {
              const { ref } = yield* backend.build(input)
              assert.strictEqual((yield* ended(ref))._tag, "Succeeded")
            } else {
              assert.strictEqual(checked.left.reason, "Unsupported")
              const paths = checked.left.issues.map(({ path }) => path).toSorted()
              // A backend without contexts names the context alone.
              assert.deepStrictEqual(
                paths,
                paths[0] === "context" ? ["context"] : [
                  "context[\"etc/systemd/multi-user.target.wants/y.service\"]",
                  "context[\"etc/systemd/x.service\"]",
                  "context[\"srv/shared\"]",
                  "context[\"var/empty\"]"
                ]
              )
              assert.deepStrictEqual(yield* failureOf(backend.build(input)), checked.left)
            }
          })
      )

      check(
        "an input without baseImage: the image of FROM is the base, as far as the backend reports one",
        (name) =>
          Effect.gen(function*() {
            const plain = yield* world.input(name, "well")
            const { dockerfile, pullspec } = withBaseNamed(plain)
            const input = yield* BuildInput.make({ ...plain, baseImage: undefined, dockerfile })
            assert.notStrictEqual(BuildInput.fingerprint(input), BuildInput.fingerprint(plain))
            yield* BuildBackend.check(input)
            const { base, ref } = yield* builtOn(input, pullspec)
            const outdated = yield* BuildBackend.isOutdated(ref)
            assert.deepStrictEqual(outdated?.outdated, base === undefined ? undefined : false)
          })
      )

      check(
        "target: the base is the image of its stage, not that of a later one, as far as the backend reports one",
        (name) =>
          Effect.gen(function*() {
            const plain = yield* world.input(name, "well")
            const { dockerfile, pullspec } = withBaseNamed(plain)
            const input = yield* BuildInput.make({
              ...plain,
              baseImage: undefined,
              dockerfile: `${dockerfile}\nFROM registry.invalid/later:1\n`,
              target: "0"
            })
            const checked = yield* Effect.either(BuildBackend.check(input))
            if (checked._tag === "Left") {
              assert.deepStrictEqual(checked.left.issues.map(({ path }) => path), ["target"])
              return
            }
            const { ref } = yield* builtOn(input, pullspec)
            const log = Chunk.toReadonlyArray(yield* Stream.runCollect(BuildBackend.logs(ref)))
            assert.notInclude(log.join("\n"), "registry.invalid")
          })
      )

      check(
        "pullSecretName: the build succeeds with the secret, or the field is refused by its name",
        (name) =>
          Effect.gen(function*() {
            const secret = name.toLowerCase().match(/[a-z]+/g)?.join("-").slice(0, 40) ?? ""
            yield* world.pullSecret(secret)
            const plain = yield* world.input(name, "well")
            const input = yield* BuildInput.make({ ...plain, pullSecretName: secret })
            assert.strictEqual(BuildInput.fingerprint(input), BuildInput.fingerprint(plain))
            const checked = yield* Effect.either(BuildBackend.check(input))
            if (checked._tag === "Left") {
              assert.deepStrictEqual(checked.left.issues.map(({ path }) => path), ["pullSecretName"])
              assert.deepStrictEqual(yield* failureOf(BuildBackend.build(input)), checked.left)
              return
            }
            const status = yield* ended((yield* BuildBackend.build(input)).ref)
            assert(status._tag === "Succeeded", JSON.stringify(status))
          })
      )

      check(
        "the language of a build: each field is honoured, or refused by its name",
        (name) =>
          Effect.gen(function*() {
            const backend = yield* BuildBackend.BuildBackend
            const plain = yield* world.input(name, "well")
            const fields: ReadonlyArray<Partial<BuildInput.Options>> = [
              { target: "0" },
              { buildContexts: { base: { image: plain.baseImage?.pullspec ?? "" } } },
              { inheritLabels: false },
              { unsetLabels: ["com.example.gone"] },
              { squash: true },
              { secrets: [{ id: "token", secretName: "never-there" }] },
              { buildContexts: { files: { directory: "/never/there" } } }
            ]
            for (const field of fields) {
              const input = yield* BuildInput.make({ ...plain, ...field })
              const checked = yield* Effect.either(backend.check(input))
              if (checked._tag === "Left") {
                assert.strictEqual(checked.left.reason, "Unsupported")
                for (const issue of checked.left.issues) {
                  assert.isTrue(Object.keys(field).some((key) => issue.path.startsWith(key)), String(issue))
                }
                assert.deepStrictEqual(yield* failureOf(backend.build(input)), checked.left)
              } else if (!JSON.stringify(field).includes("never")) {
                const status = yield* ended((yield* backend.build(input)).ref)
                // A pod learns which buildah it has when it starts.
                const isTooOld = status._tag === "Errored" && status.reason === "BuilderTooOld"
                assert.isTrue(status._tag === "Succeeded" || isTooOld, JSON.stringify([field, status]))
              }
            }
          })
      )

      check(
        "a folder as the context: uploaded or read in place, or refused by its path",
        (name) =>
          Effect.gen(function*() {
            const folders = [yield* temporaryFolder, yield* temporaryFolder]
            for (const folder of folders) fs.writeFileSync(path.join(folder, "motd"), "Welcome\n")
            const plain = yield* world.input(name, "well")
            const [input, elsewhere] = yield* Effect.forEach(folders, (folder) =>
              Effect.flatMap(ContextUpload.read(folder), (context) => BuildInput.make({ ...plain, context })))
            assert(input !== undefined && elsewhere !== undefined)
            // The content counts, and not where it is.
            assert.strictEqual(BuildInput.fingerprint(input), BuildInput.fingerprint(elsewhere))
            assert.notStrictEqual(BuildInput.fingerprint(input), BuildInput.fingerprint(plain))
            const checked = yield* Effect.either(BuildBackend.check(input))
            if (checked._tag === "Left") {
              assert.strictEqual(checked.left.reason, "Unsupported")
              assert.deepStrictEqual(
                checked.left.issues.map(({ path }) =>
                  path.split(".")[0]
                ),
                ["context"]
              )
              assert.deepStrictEqual(yield* failureOf(BuildBackend.build(input)), checked.left)
              return
            }
            // The bytes travel in real time, also where the clock is virtual.
            const patient = yield* BuildInput.make({ ...input, pendingTimeout: "6 hours" })
            assert.strictEqual((yield* BuildBackend.run(patient)).tag, input.finalImage.pullspec)
          })
      )

      check(
        "a commit of a repository as the context: fetched, or refused by its path",
        (name) =>
          Effect.gen(function*() {
            const plain = yield* world.input(name, "well")
            const git = { url: "https://git.example.com/acme/os.git", ref: "1f".repeat(20), subPath: "os" }
            const input = yield* BuildInput.make({ ...plain, context: { git } })
            const checked = yield* Effect.either(BuildBackend.check(input))
            if (checked._tag === "Left") {
              assert.strictEqual(checked.left.reason, "Unsupported")
              assert.deepStrictEqual(checked.left.issues.map(({ path }) => path.split(".")[0]), ["context"])
              assert.deepStrictEqual(yield* failureOf(BuildBackend.build(input)), checked.left)
              return
            }
            const { ref } = yield* BuildBackend.build(input)
            // The name of the commit does not count, and its directory does.
            const named = yield* BuildInput.make({
              ...input,
              context: { git: { ...git, ref: "main", commit: git.ref } }
            })
            assert.deepStrictEqual(yield* BuildBackend.build(named), { ref, adopted: true })
            const status = yield* ended(ref)
            // Git itself does not find the server of the example.
            const isAway = status._tag === "Errored" && status.reason === "NetworkUnavailable"
            assert.isTrue(status._tag === "Succeeded" || isAway, JSON.stringify(status))
          })
      )

      check(
        "the files of an image as the context: pulled by its digest, or refused by its path",
        (name) =>
          Effect.gen(function*() {
            const plain = yield* world.input(name, "well")
            const pullspec = `registry.example.com/acme/files@sha256:${"1f".repeat(32)}`
            const input = yield* BuildInput.make({ ...plain, context: { image: { pullspec } } })
            const checked = yield* Effect.either(BuildBackend.check(input))
            if (checked._tag === "Left") {
              assert.strictEqual(checked.left.reason, "Unsupported")
              assert.deepStrictEqual(checked.left.issues.map(({ path }) => path.split(".")[0]), ["context"])
              assert.deepStrictEqual(yield* failureOf(BuildBackend.build(input)), checked.left)
              return
            }
            const { ref } = yield* BuildBackend.build(input)
            // The secret does not count.
            const other = yield* BuildInput.make({ ...input, context: { image: { pullspec, secretName: "pull" } } })
            assert.strictEqual(BuildInput.fingerprint(other), BuildInput.fingerprint(input))
            const status = yield* ended(ref)
            // buildah itself does not find the registry of the example.
            const isAway = status._tag === "Errored" && status.reason === "ImagePullFailed"
            assert.isTrue(status._tag === "Succeeded" || isAway, JSON.stringify(status))
          })
      )

      check("an equal input adopts an unfinished build", (name) =>
        Effect.gen(function*() {
          const held = yield* startHeld(name)
          assert.deepStrictEqual(yield* BuildBackend.build(held.input), { ref: held.ref, adopted: true })
          yield* world.release(held, "succeeds")
          assert.strictEqual((yield* ended(held.ref))._tag, "Succeeded")
        }))

      check("an equal input adopts a Succeeded build, a Failed one too", (name) =>
        Effect.gen(function*() {
          for (const ends of ["well", "badly"] as const) {
            const { input, ref } = yield* start(`${name} ${ends}`, ends)
            yield* ended(ref)
            assert.deepStrictEqual(yield* BuildBackend.build(input), { ref, adopted: true })
          }
        }))

      check(
        "an equal input adopts an older build that is unfinished, where the newest was stopped",
        (name) =>
          Effect.gen(function*() {
            const { input, ref } = yield* startHeld(name)
            const newest = yield* BuildBackend.build(input, { again: true })
            yield* BuildBackend.cancel(newest.ref)
            assert.deepStrictEqual(yield* BuildBackend.build(input), { ref, adopted: true })
            yield* world.release({ input, ref }, "succeeds")
            yield* ended(ref)
            const next = yield* BuildBackend.build(input)
            assert.isFalse(next.adopted, "what has ended before the newest is not adopted")
            yield* BuildBackend.cancel(next.ref)
          })
      )

      check("`again` makes a new number", (name) =>
        Effect.gen(function*() {
          const { input, ref } = yield* start(name)
          yield* ended(ref)
          const second = yield* BuildBackend.build(input, { again: true })
          assert.isFalse(second.adopted)
          assert.notStrictEqual(second.ref.name, ref.name)
          assert.strictEqual((yield* ended(second.ref))._tag, "Succeeded")
          assert.deepStrictEqual(yield* BuildBackend.build(input), { ref: second.ref, adopted: true })
        }))

      check("an equal input makes a new number after Errored", (name) =>
        Effect.gen(function*() {
          const held = yield* startHeld(name)
          yield* world.release(held, "errors")
          const status = yield* ended(held.ref)
          assert(status._tag === "Errored", JSON.stringify(status))
          assert.strictEqual(status.retryable, BuildStatus.retryableReasons.has(status.reason))
          assert.isNotEmpty(status.message)
          const failure = yield* failureOf(BuildBackend.result(held.ref))
          assert(failure._tag === "BuildErrored")
          assert.deepStrictEqual(failure.status, status)
          const second = yield* BuildBackend.build(held.input)
          assert.isFalse(second.adopted)
          assert.notStrictEqual(second.ref.uid, held.ref.uid)
          yield* BuildBackend.cancel(second.ref)
        }))

      check("an equal input makes a new number after Cancelled", (name) =>
        Effect.gen(function*() {
          const held = yield* startHeld(name)
          yield* BuildBackend.cancel(held.ref)
          yield* ended(held.ref)
          const second = yield* BuildBackend.build(held.input)
          assert.isFalse(second.adopted)
          assert.notStrictEqual(second.ref.uid, held.ref.uid)
          yield* BuildBackend.cancel(second.ref)
        }))

      check("a failing instruction is Failed, with the tail of the log", (name) =>
        Effect.gen(function*() {
          const { ref } = yield* start(name, "badly")
          const status = yield* ended(ref)
          assert(status._tag === "Failed", JSON.stringify(status))
          assert.strictEqual(status.reason, "InstructionFailed")
          assert.isNotEmpty(status.message)
          assert.isNotEmpty(status.logTail)
          const failure = yield* failureOf(BuildBackend.result(ref))
          assert(failure._tag === "BuildFailed")
          assert.isFalse(failure.retryable)
        }))

      check("cancel ends a running build, once and for all", (name) =>
        Effect.gen(function*() {
          const held = yield* startHeld(name)
          yield* BuildBackend.cancel(held.ref)
          yield* BuildBackend.cancel(held.ref)
          assert.strictEqual((yield* ended(held.ref))._tag, "Cancelled")
          const failure = yield* failureOf(BuildBackend.result(held.ref))
          assert.strictEqual(failure._tag, "BuildCancelled")
        }))

      check("cancel leaves a build that has ended as it is", (name) =>
        Effect.gen(function*() {
          const { ref } = yield* start(name)
          yield* ended(ref)
          yield* BuildBackend.cancel(ref)
          assert.strictEqual((yield* BuildBackend.status(ref))._tag, "Succeeded")
        }))

      check("interrupting run cancels a build of its own", (name) =>
        Effect.gen(function*() {
          const input = yield* world.input(name, "well")
          yield* world.hold(input)
          const fiber = yield* watching(BuildBackend.run(input))
          const ref = yield* submitted(input)
          yield* running(ref)
          yield* Fiber.interrupt(fiber)
          assert.strictEqual((yield* ended(ref))._tag, "Cancelled")
        }))

      check("interrupting run leaves an adopted build, and a detached one", (name) =>
        Effect.gen(function*() {
          const held = yield* startHeld(name)
          const adopting = yield* watching(BuildBackend.run(held.input))
          yield* Fiber.interrupt(adopting)
          assert.strictEqual((yield* BuildBackend.status(held.ref))._tag, "Running")
          yield* world.release(held, "succeeds")
          yield* ended(held.ref)

          const other = yield* world.input(`${name} detached`, "well")
          yield* world.hold(other)
          const detached = yield* watching(BuildBackend.run(other, { onInterrupt: "detach" }))
          const ref = yield* submitted(other)
          yield* running(ref)
          yield* Fiber.interrupt(detached)
          yield* world.release({ input: other, ref }, "succeeds")
          assert.strictEqual((yield* ended(ref))._tag, "Succeeded")
        }))

      check("remove cancels first, forgets, and may be repeated", (name) =>
        Effect.gen(function*() {
          const held = yield* startHeld(name)
          const watcher = yield* watching(ended(held.ref))
          yield* BuildBackend.remove(held.ref)
          assert.strictEqual((yield* Fiber.join(watcher))._tag, "Cancelled")
          assert.strictEqual((yield* failureOf(BuildBackend.status(held.ref)))._tag, "BuildNotFound")
          yield* BuildBackend.remove(held.ref)
          const { adopted } = yield* BuildBackend.build(held.input)
          assert.isFalse(adopted)
          yield* Effect.flatMap(submitted(held.input), BuildBackend.remove)
        }))

      check("a build that never was is BuildNotFound to ask, and nothing to stop", () =>
        Effect.gen(function*() {
          const backend = yield* BuildBackend.BuildBackend
          const ref = new BuildRef.BuildRef({
            backend: backend.name,
            namespace: "default",
            name: "os-build-aaaaaaaaaaaaaaaaaaaaaaaaaa-1",
            uid: "0e0e0e0e-0000-4000-8000-000000000000"
          })
          assert.strictEqual((yield* failureOf(BuildBackend.status(ref)))._tag, "BuildNotFound")
          assert.strictEqual((yield* failureOf(Stream.runDrain(BuildBackend.changes(ref))))._tag, "BuildNotFound")
          assert.strictEqual((yield* failureOf(Stream.runDrain(BuildBackend.logs(ref))))._tag, "BuildNotFound")
          assert.strictEqual((yield* failureOf(BuildBackend.result(ref)))._tag, "BuildNotFound")
          yield* BuildBackend.cancel(ref)
          yield* BuildBackend.remove(ref)
        }))

      check("a build of another backend is refused", () =>
        Effect.gen(function*() {
          const ref = new BuildRef.BuildRef({ backend: "elsewhere", namespace: "a", name: "b", uid: "c" })
          const error = yield* failureOf(BuildBackend.status(ref))
          assert(error._tag === "BackendError")
          assert.strictEqual(error.reason, "UnknownBackend")
          assert.match(
            error.message,
            /^Cannot get the status of elsewhere\/a\/b\/c: the elsewhere backend is not provided/
          )
        }))

      check("logs are told from start to end, while it runs and afterwards", (name) =>
        Effect.gen(function*() {
          const held = yield* startHeld(name)
          const following = yield* Effect.fork(Stream.runCollect(BuildBackend.logs(held.ref, { follow: true })))
          yield* Effect.yieldNow()
          yield* world.release(held, "succeeds")
          const followed = Chunk.toReadonlyArray(yield* Fiber.join(following))
          assert.isTrue(BuildStatus.isTerminal(yield* BuildBackend.status(held.ref)), "the log ended before the build")
          const kept = Chunk.toReadonlyArray(yield* Stream.runCollect(BuildBackend.logs(held.ref)))
          assert.isNotEmpty(kept)
          assert.deepStrictEqual(followed, kept)
          const tail = Chunk.toReadonlyArray(yield* Stream.runCollect(BuildBackend.logs(held.ref, { tailLines: 1 })))
          assert.deepStrictEqual(tail, kept.slice(-1))
        }))

      check("two callers at once get one build", (name) =>
        Effect.gen(function*() {
          const input = yield* world.input(name, "well")
          const both = yield* Effect.all([BuildBackend.build(input), BuildBackend.build(input)], {
            concurrency: "unbounded"
          })
          assert.deepStrictEqual(both[0].ref, both[1].ref)
          assert.deepStrictEqual(both.map((one) => one.adopted).toSorted(), [false, true])
          assert.strictEqual((yield* ended(both[0].ref))._tag, "Succeeded")
        }))

      check("events begin with the submission and end with the end", (name) =>
        Effect.gen(function*() {
          const input = yield* world.input(name, "well")
          const events = Chunk.toReadonlyArray(yield* Stream.runCollect(BuildBackend.events(input)))
          assert(events[0]?._tag === "Submitted")
          const statuses = events.flatMap((event) => event._tag === "StatusChanged" ? [event.status] : [])
          assert.strictEqual(statuses.at(-1)?._tag, "Succeeded")
          const lines = events.flatMap((event) => event._tag === "LogLine" ? [event.line] : [])
          assert.deepStrictEqual(
            lines,
            Chunk.toReadonlyArray(yield* Stream.runCollect(BuildBackend.logs(events[0].ref)))
          )
          assert.strictEqual(
            events.filter((event) => event._tag === "Step").length,
            lines.filter((line) => Option.isSome(BuildEvent.stepOf(line))).length
          )
        }))

      check("eventsOf: statuses in order and numbered lines, from a given line on", (name) =>
        Effect.gen(function*() {
          const { ref } = yield* start(name)
          const all = Chunk.toReadonlyArray(yield* Stream.runCollect(BuildBackend.eventsOf(ref)))
          const lines = all.flatMap((event) => event._tag === "LogLine" ? [event] : [])
          assert.isNotEmpty(lines)
          assert.deepStrictEqual(lines.map(({ number }) => number), lines.map((_, index) => index + 1))
          assert.deepStrictEqual(
            lines.map(({ line }) => line),
            Chunk.toReadonlyArray(yield* Stream.runCollect(BuildBackend.logs(ref)))
          )
          const statuses = all.flatMap((event) => event._tag === "StatusChanged" ? [event.status] : [])
          assert.strictEqual(statuses.at(-1)?._tag, "Succeeded")
          assert.lengthOf(statuses.filter(BuildStatus.isTerminal), 1)
          const resumed = Chunk.toReadonlyArray(
            yield* Stream.runCollect(BuildBackend.eventsOf(ref, { fromLine: lines.length }))
          )
          assert.deepStrictEqual(resumed.filter((event) => event._tag === "LogLine"), lines.slice(-1))
          assert.deepStrictEqual(
            tags(resumed.flatMap((event) => event._tag === "StatusChanged" ? [event.status] : [])),
            [
              "Succeeded"
            ]
          )
        }))

      check("the service itself: runs, awaits, follows and prunes without the tag", (name) =>
        Effect.gen(function*() {
          const backend = yield* BuildBackend.BuildBackend
          const image = yield* backend.run(yield* world.input(name, "well"))
          const { adopted, ref } = yield* backend.build(yield* world.input(name, "well"))
          assert.isTrue(adopted)
          assert.deepStrictEqual(yield* backend.result(ref), image)
          const followed = Chunk.toReadonlyArray(yield* Stream.runCollect(backend.eventsOf(ref)))
          const submitted = Chunk.toReadonlyArray(
            yield* Stream.runCollect(backend.events(yield* world.input(name, "well")))
          )
          assert.deepStrictEqual(
            submitted.map(({ _tag }) => _tag).toSorted(),
            [
              ...followed.map(({ _tag }) => _tag),
              "Submitted"
            ].toSorted()
          )
          assert.deepStrictEqual((yield* backend.prune({ olderThan: "365 days" })).map(String), [])
        }))

      check("list knows every build, the newest first", (name) =>
        Effect.gen(function*() {
          const { input, ref } = yield* start(name)
          yield* ended(ref)
          const second = yield* BuildBackend.build(input, { again: true })
          yield* ended(second.ref)
          const all = yield* BuildBackend.list()
          const mine = all.filter((summary) => summary.finalImage === input.finalImage.pullspec)
          assert.deepStrictEqual(mine.map((summary) => String(summary.ref)), [second.ref, ref].map(String))
          assert.deepStrictEqual(tags(mine.map((summary) => summary.status)), ["Succeeded", "Succeeded"])
          const [newest] = mine
          assert(newest !== undefined)
          assert.deepStrictEqual(yield* BuildBackend.list({ fingerprint: newest.fingerprint }), mine)
        }))

      check(
        "list and watch: return the metadata of the call that created the build and filter by it, or it is refused",
        (name) =>
          Effect.gen(function*() {
            const input = yield* world.input(name, "well")
            const metadata = { team: "a", request: "42 é=;\"'" }
            const noted = yield* BuildInput.make({ ...input, metadata })
            const checked = yield* Effect.either(BuildBackend.check(noted))
            if (checked._tag === "Left") {
              assert.deepStrictEqual(checked.left.issues.map(({ path }) => path), ["metadata"])
              return
            }
            const { adopted, ref } = yield* BuildBackend.build(noted)
            assert.isFalse(adopted)
            const other = yield* BuildInput.make({ ...input, metadata: { team: "b" } })
            assert.deepStrictEqual(yield* BuildBackend.build(other), { ref, adopted: true })
            const found = yield* BuildBackend.list({ metadata: { request: metadata.request } })
            assert.deepStrictEqual(found.map((one) => [String(one.ref), one.metadata]), [[String(ref), metadata]])
            assert.deepStrictEqual(yield* BuildBackend.list({ metadata: { ...metadata, team: "b" } }), [])
            const without = yield* start(`${name}, without`)
            const all = yield* BuildBackend.list({ metadata: {} })
            assert.deepStrictEqual(all.find((one) => one.ref.uid === without.ref.uid)?.metadata, {})
            const watched = yield* Stream.runHead(BuildBackend.watch({ metadata: { request: metadata.request } }))
            assert.deepStrictEqual(
              Option.map(watched, (one) => [one.ref.uid, one.metadata]),
              Option.some([ref.uid, metadata])
            )
            yield* ended(ref)
            yield* ended(without.ref)
            const after = yield* BuildBackend.list({
              fingerprint: BuildInput.fingerprint(input),
              metadata: { team: "a" }
            })
            assert.deepStrictEqual(after.map((one) => one.metadata), [metadata])
          })
      )

      const submitted = (input: BuildInput.BuildInput) =>
        BuildBackend.list().pipe(
          Effect.map((all) => all.find((summary) => summary.finalImage === input.finalImage.pullspec)?.ref),
          Effect.zipLeft(Effect.yieldNow()),
          Effect.repeat({ until: (ref): ref is BuildRef.BuildRef => ref !== undefined })
        )
    }
  )
}
