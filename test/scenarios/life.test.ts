/**
 * Events during a build: to the build, to the client that started it, and to the cluster.
 */
import { assert, describe } from "@effect/vitest"
import { Cause, DateTime, Effect, Exit, Fiber, Option, Stream } from "effect"
import { BuildBackend, BuildInput } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import * as Json from "../../src/fake/Json.js"
import * as Resource from "../../src/kubernetes/Resource.js"
import * as Resources from "../../src/kubernetes/Resources.js"
import { manifest, type Secret } from "../support/Manifest.js"
import {
  byJobs,
  children,
  collect,
  ended,
  held,
  input,
  last,
  objects,
  ofKind,
  remains,
  scenario,
  settle,
  type Stage
} from "../support/Scenario.js"

const run = ({ backend }: Stage, given: BuildInput.BuildInput) =>
  Effect.provideService(BuildBackend.run(given), BuildBackend.BuildBackend, backend)

const endsTyped = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<boolean> =>
  Effect.map(Effect.exit(effect), (exit) => Exit.isSuccess(exit) || Option.isSome(Cause.failureOption(exit.cause)))

describe.sequential("life", () => {
  scenario(
    "MCO 3bd8f0a86",
    "an outcome is stored although other clients write to the record",
    (stage) =>
      Effect.gen(function*() {
        const { backend, cluster, fake } = stage
        const ref = yield* held(stage, yield* input("os"))
        yield* Effect.asVoid(fake.fail(
          { verb: "patch", resource: "configmaps" },
          FakeCluster.status(
            409,
            "Conflict",
            "Operation cannot be fulfilled on configmaps: the object has been modified"
          ),
          { times: 3 }
        ))
        yield* fake.release(ref, FakeCluster.succeeds())
        assert.strictEqual(yield* ended(backend, ref), "Succeeded")
        const { metadata } = yield* cluster.get(Resources.ConfigMap, ref.name)
        assert.isDefined(metadata.annotations?.["effect-os-builder/outcome"])
      })
  )

  scenario(
    "OCPBUGS-33129",
    "a record that is deleted while it is watched is an outcome, not a defect",
    (stage) =>
      Effect.gen(function*() {
        const { backend, cluster } = stage
        const ref = yield* held(stage, yield* input("os"))
        const watchers = [
          yield* Effect.fork(endsTyped(collect(backend.changes(ref)))),
          yield* Effect.fork(endsTyped(collect(backend.logs(ref, { follow: true })))),
          yield* Effect.fork(endsTyped(run(stage, yield* input("os"))))
        ]
        yield* settle
        yield* cluster.delete(Resources.ConfigMap, ref.name)
        for (const watcher of watchers) {
          assert.isTrue(yield* Fiber.join(watcher))
        }
        assert.strictEqual(
          yield* Effect.flip(backend.status(ref)).pipe(Effect.map(({ _tag }) => _tag)),
          "BuildNotFound"
        )
      })
  )

  scenario(
    "OCPBUGS-36810",
    "a build that is deleted while it runs leaves no objects",
    (stage) =>
      Effect.gen(function*() {
        const { cluster } = stage
        const ref = yield* held(
          stage,
          yield* input("os", { dockerfile: "FROM a\nCOPY --chmod=644 a /a", context: { a: "a" } })
        )
        assert.isAtLeast((yield* objects(stage)).length, 3)
        yield* cluster.delete(Resources.ConfigMap, ref.name)
        yield* settle
        assert.deepStrictEqual(yield* remains(stage), [])
      })
  )

  scenario(
    "OCPBUGS-48810",
    "a build that ends while no client watches has an outcome, and did not end before it started",
    (stage) =>
      Effect.gen(function*() {
        const { client, fake } = stage
        const ref = yield* held(stage, yield* input("os"))
        yield* fake.release(ref, FakeCluster.succeeds())
        yield* Effect.sleep("3 hours")
        const status = yield* Effect.flatMap(client, (later) => later.status(ref))
        assert(status._tag === "Succeeded")
        assert.isTrue(DateTime.lessThanOrEqualTo(status.startedAt, status.finishedAt))
        const now = yield* DateTime.now
        assert.isTrue(
          DateTime.lessThan(status.finishedAt, DateTime.subtract(now, { hours: 2 })),
          "the time of the end, not of its observation"
        )
      })
  )

  scenario(
    "OCPBUGS-53390",
    "a Job that is deleted after a pod of it failed is not waited for",
    (stage) =>
      Effect.gen(function*() {
        const { backend, child, cluster, fake } = stage
        const given = yield* input("os")
        yield* fake.outcome(FakeCluster.evicted({ times: 1 }))
        const { ref } = yield* backend.build(given)
        const watching = yield* Effect.fork(ended(backend, ref))
        yield* Effect.sleep("1 second")
        yield* fake.outcome(FakeCluster.held)
        yield* settle
        for (const { metadata } of yield* children(stage, ref)) {
          yield* Effect.ignore(cluster.delete<Resource.Metadata>(child, metadata.name, { propagation: "Background" }))
        }
        assert.match(yield* Fiber.join(watching), /^(Errored Deleted|Succeeded)$/)
      }),
    byJobs
  )

  scenario(
    "OCPBUGS-57024",
    "an interrupted client cancels its build in time, also during an outage",
    (stage) =>
      Effect.gen(function*() {
        const { fake } = stage
        const [given, other] = [yield* input("os"), yield* input("other")]
        yield* fake.outcome(FakeCluster.held)
        const running = yield* Effect.fork(run(stage, given))
        yield* settle
        yield* Fiber.interrupt(running)
        yield* settle
        assert.deepStrictEqual(yield* ofKind(stage, "Pod"), [])
        const away = yield* Effect.fork(run(stage, other))
        yield* settle
        yield* fake.outage("1 hour")
        const began = yield* DateTime.now
        yield* Fiber.interrupt(away)
        const took = DateTime.distance(began, yield* DateTime.now)
        assert.isAtMost(took, 10_000)
      })
  )

  scenario("OCPBUGS-57024", "pods have ten seconds to stop", (stage) =>
    Effect.gen(function*() {
      yield* held(stage, yield* input("os"))
      const [pod = {}] = yield* ofKind(stage, "Pod")
      assert.strictEqual(Json.at(pod, "spec", "terminationGracePeriodSeconds"), 10)
      assert.strictEqual(Json.at(pod, "spec", "automountServiceAccountToken"), false)
    }), byJobs)

  scenario(
    "OCPBUGS-58238",
    "a build continues without its client, and another client takes it over",
    (stage) =>
      Effect.gen(function*() {
        const { client, fake } = stage
        const given = yield* input("os")
        const ref = yield* held(stage, given)
        const before = yield* remains(stage)
        const next = yield* client
        assert.deepStrictEqual(yield* next.build(given), { ref, adopted: true })
        assert.deepStrictEqual(yield* remains(stage), before)
        yield* fake.release(ref, FakeCluster.succeeds())
        assert.strictEqual(yield* ended(next, ref), "Succeeded")
      })
  )

  scenario("OCPBUGS-84150", "unreadable annotations block nothing", (stage) =>
    Effect.gen(function*() {
      const { backend, cluster, fake } = stage
      const given = yield* input("os")
      const ref = yield* held(stage, given)
      yield* cluster.patch(Resources.ConfigMap, ref.name, {
        merge: {
          metadata: { annotations: { "effect-os-builder/outcome": "os-build-gone-1", "effect-os-builder/stop": "{}" } }
        }
      })
      assert.strictEqual((yield* backend.status(ref))._tag, "Running")
      assert.isTrue((yield* backend.build(given)).adopted)
      yield* fake.release(ref, FakeCluster.succeeds())
      assert.strictEqual(yield* ended(backend, ref), "Succeeded")
    }))

  scenario("OCPBUGS-54161", "status, changes, list and watch report the same", (stage) =>
    Effect.gen(function*() {
      const { backend, client, fake } = stage
      for (
        const [image, outcome] of Object.entries({
          a: FakeCluster.succeeds(),
          b: FakeCluster.containerfileFails(),
          c: FakeCluster.pullFails(),
          d: FakeCluster.pushFails(),
          e: FakeCluster.oomKilled
        })
      ) {
        const given = yield* input(image, { retries: 0 })
        yield* fake.outcome(outcome, { finalImage: given.finalImage.pullspec })
        const { ref } = yield* backend.build(given)
        const statuses = yield* collect(backend.changes(ref))
        const told = statuses.at(-1)
        assert.deepStrictEqual(yield* backend.status(ref), told)
        assert.deepStrictEqual(yield* Effect.flatMap(client, (other) => other.status(ref)), told)
        const [summary] = yield* backend.list({ fingerprint: BuildInput.fingerprint(given) })
        assert.deepStrictEqual(summary?.status, told)
        const result = yield* Effect.exit(run(stage, given))
        assert.strictEqual(Exit.isSuccess(result), told?._tag === "Succeeded")
      }
    }))

  scenario(
    "OCPBUGS-33671, 34079",
    "a secret that two builds share is mounted in both and copied by neither",
    (stage) =>
      Effect.gen(function*() {
        const { backend, fake } = stage
        const secret = (data: string) =>
          manifest<Secret>({
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "shared", namespace: "default" },
            type: "kubernetes.io/dockerconfigjson",
            data: { ".dockerconfigjson": Buffer.from(data).toString("base64") }
          })
        yield* fake.seed(secret("{\"auths\":{}}"))
        const before = (yield* fake.objects({ kind: "Secret" })).length
        for (const image of ["a", "b"]) {
          const { ref } = yield* backend.build(
            yield* input(image, {
              baseImage: { pullspec: "registry.example.com/base:1", secretName: "shared" },
              finalImage: { pullspec: `registry.example.com/${image}:1`, secretName: "shared" }
            })
          )
          // The secret is rotated during the builds.
          yield* fake.seed(secret("{\"auths\":{\"registry.example.com\":{}}}"))
          assert.strictEqual(yield* ended(backend, ref), "Succeeded")
        }
        assert.lengthOf(yield* fake.objects({ kind: "Secret" }), before)
        const requests = yield* fake.requests
        assert.isFalse(requests.some(({ resource, user }) => resource === "secrets" && user === "client"))
        for (const pod of yield* ofKind(stage, "Pod")) assert.include(JSON.stringify(pod), "\"secretName\":\"shared\"")
      })
  )

  scenario(
    "OCPBUGS-42742",
    "a transient pull error keeps the pod pending, and fails nothing",
    (stage) =>
      Effect.gen(function*() {
        const { backend, fake } = stage
        yield* fake.outcome(FakeCluster.imagePullBackOff)
        const { ref } = yield* backend.build(yield* input("os"))
        const watching = yield* Effect.fork(collect(backend.changes(ref)))
        yield* Effect.sleep("9 minutes")
        const status = yield* backend.status(ref)
        assert(status._tag === "Pending")
        assert.deepStrictEqual([status.blocked?.reason, status.blocked?.upstreamReason], [
          "ImagePull",
          "ImagePullBackOff"
        ])
        yield* Effect.sleep("2 minutes")
        assert.strictEqual(last(yield* Fiber.join(watching)), "Errored PendingTimeout")
      })
  )

  scenario(
    "OCPBUGS-112465, 115401, 122228",
    "an outcome has a reason and message, and a retry is visible while it runs",
    (stage) =>
      Effect.gen(function*() {
        const { backend, fake } = stage
        yield* fake.outcome(FakeCluster.containerfileFails({ exitCode: 3 }))
        const failing = yield* backend.build(yield* input("failing"))
        const failed = (yield* collect(backend.changes(failing.ref))).at(-1)
        assert(failed?._tag === "Failed")
        assert.strictEqual(failed.exitCode, 3)
        assert.isNotEmpty(failed.message)
        assert.isNotEmpty(failed.logTail)
        yield* fake.outcome(FakeCluster.pushFails({ transient: true }))
        const erring = yield* backend.build(yield* input("erring", { retries: 2 }))
        const statuses = yield* collect(backend.changes(erring.ref))
        assert.includeMembers(statuses.flatMap((status) => status._tag === "Running" ? [status.attempt] : []), [2, 3])
        const errored = statuses.at(-1)
        assert(errored?._tag === "Errored")
        assert.strictEqual(errored.reason, "PushFailed")
        assert.isNotEmpty(errored.message)
      })
  )

  scenario(
    "OCPBUGS-84516",
    "the last output of a container is stored, at least as the log tail",
    (stage) =>
      Effect.gen(function*() {
        yield* held(stage, yield* input("os"))
        const [pod = {}] = yield* ofKind(stage, "Pod")
        const containers = [...Json.objects(pod, "spec", "initContainers"), ...Json.objects(pod, "spec", "containers")]
        assert.isAtLeast(containers.length, 2)
        for (const container of containers) {
          assert.strictEqual(container["terminationMessagePolicy"], "FallbackToLogsOnError")
        }
      })
  )

  scenario("OCPBUGS-19537", "builds are scheduled to nodes that can run them", (stage) =>
    Effect.gen(function*() {
      yield* stage.backend.build(yield* input("os", { architecture: "arm64" }))
      yield* settle
      const [pod = {}] = yield* ofKind(stage, "Pod")
      assert.deepInclude(Json.object(pod, "spec", "nodeSelector"), {
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "arm64"
      })
    }))

  scenario(
    "OCPBUGS-33913, 34261",
    "an input is validated whole before an object is created",
    (stage) =>
      Effect.gen(function*() {
        const rejected = yield* Effect.flip(BuildInput.make({
          dockerfile: "FRUM a",
          baseImage: { pullspec: "", secretName: "Not A Name" },
          finalImage: { pullspec: "registry.example.com/os:1", secretName: "" },
          entitlementSecretName: "/"
        }))
        assert.includeMembers(
          rejected.issues.map(({ path }) => path),
          ["dockerfile", "baseImage.pullspec", "baseImage.secretName", "finalImage.secretName", "entitlementSecretName"]
        )
        assert.deepStrictEqual(yield* remains(stage), [])
      })
  )

  scenario(
    "OCPBUGS-60526",
    "quotes, dollars and backslashes arrive unchanged",
    (stage) =>
      Effect.gen(function*() {
        const { backend, cluster } = stage
        const text =
          "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN dnf install 'a \"b\" $(c) `d` \\e' && echo \"$HOME\" ; true\n# \\\n"
        const given = yield* input("os", { dockerfile: text, buildArgs: { ODD: "'\"$(x)$$`y`\\" } })
        const { ref } = yield* backend.build(given)
        const record = yield* cluster.get(Resources.ConfigMap, ref.name)
        assert.strictEqual(record.data?.["containerfile"], text)
        const [child = {}] = yield* ofKind(stage, stage.child.kind)
        if (stage.name === "openshift") {
          assert.strictEqual(Json.text(child, "spec", "source", "dockerfile"), text)
          assert.deepInclude(Json.objects(child, "spec", "strategy", "dockerStrategy", "buildArgs"), {
            name: "ODD",
            value: "'\"$(x)$$`y`\\"
          })
        } else {
          // The text is in a file that the script reads, and nowhere in the pod's manifest.
          assert.notInclude(JSON.stringify(child), "dnf install")
          assert.notInclude(JSON.stringify(child), "$(x)")
        }
      })
  )

  scenario(
    "OCPBUGS-71189, 71238, 83401",
    "the pushing container has the same proxies, certificate authorities and mirrors as the building one",
    (stage) =>
      Effect.gen(function*() {
        yield* stage.backend.build(
          yield* input("os", {
            proxy: { https: "http://proxy.example.com:3128", noProxy: ".svc" },
            trustBundle: { configMapName: "authorities" }
          })
        )
        yield* settle
        const [job = {}] = yield* ofKind(stage, "Job")
        const template = (key: string) => Json.objects(job, "spec", "template", "spec", key)
        for (const container of [...template("initContainers"), ...template("containers")]) {
          const names = Json.objects(container, "env").map(({ name }) => name)
          assert.includeMembers(names, ["HTTPS_PROXY", "NO_PROXY", "OSB_TRUST_BUNDLE"])
          assert.include(Json.objects(container, "volumeMounts").map(({ name }) => name), "trust")
        }
      }),
    byJobs
  )

  scenario(
    "OCPBUGS-44618, 50954",
    "a running build is reported as Running until it ends",
    (stage) =>
      Effect.gen(function*() {
        const { backend, fake } = stage
        const ref = yield* held(stage, yield* input("os"))
        const seen = yield* Effect.fork(Stream.runCollect(Stream.map(backend.changes(ref), ({ _tag }) => _tag)))
        yield* Effect.sleep("50 minutes")
        assert.strictEqual((yield* backend.status(ref))._tag, "Running")
        yield* fake.release(ref, FakeCluster.succeeds())
        assert.deepStrictEqual([...yield* Fiber.join(seen)], ["Running", "Succeeded"])
      })
  )

  scenario("OCPBUGS-59197", "removing a build deletes no image", (stage) =>
    Effect.gen(function*() {
      const { backend, fake } = stage
      const { ref } = yield* backend.build(yield* input("os"))
      yield* ended(backend, ref)
      const before = (yield* fake.requests).length
      yield* backend.remove(ref)
      const deleted = (yield* fake.requests).slice(before).filter(({ user, verb }) =>
        user === "client" && verb.startsWith("delete")
      )
      assert.deepStrictEqual(deleted.map(({ name, resource }) => [resource, name]), [["configmaps", ref.name]])
      assert.strictEqual(Resource.label(Resources.ConfigMap), "configmaps")
    }))
})
