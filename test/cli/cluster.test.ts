/**
 * The command with the backends on a cluster in memory.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Random, Schema, TestClock } from "effect"
import { Cluster, CustomBuildBackend, OpenShiftBuildBackend } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import { buildArgs, documents, runIn } from "../support/CommandHarness.js"
import { timed } from "../support/Quiescence.js"
import { folderWith } from "../support/TemporaryFolder.js"

/** One cluster for as long as the test lasts, and the command on it. */
const onCluster = (options: FakeCluster.Options) =>
  Effect.gen(function*() {
    const world = yield* Layer.build(FakeCluster.layer(options))
    return {
      run: runIn({ cluster: Layer.succeedContext(world) }),
      fake: yield* Effect.provide(FakeCluster.FakeCluster, world),
      cluster: yield* Effect.provide(Cluster.Cluster, world)
    }
  })

/** `build` without a backend, and with these arguments. */
const building = (...more: ReadonlyArray<string>) =>
  Effect.map(buildArgs(...more), (args) => ["build", ...args.slice(3)])

const openShift: FakeCluster.Options = { openShift: {}, namespace: "builds" }
const plain: FakeCluster.Options = { namespace: "builds" }
const singleNode: FakeCluster.Options = { openShift: { topology: "SingleReplica" }, namespace: "builds" }

describe("without a cluster", () => {
  const run = runIn({})

  it.scoped("commands that need one: exit with 3 and say what to do", () =>
    Effect.gen(function*() {
      const ref = "openshift/builds/os-build-a-1/u"
      const commands = [
        ["probe"],
        ["list"],
        ["list", "--backend", "openshift"],
        yield* building(),
        ["status", ref],
        ["describe", ref],
        ["wait", ref],
        ["logs", ref],
        ["cancel", ref],
        ["remove", ref],
        ["prune", "--older-than", "1d"]
      ]
      for (const args of commands) {
        assert.deepStrictEqual(yield* run(args), {
          status: 3,
          out: "",
          err:
            "There is no kubeconfig: set KUBECONFIG, or write ~/.kube/config (`oc login` does), or run in a pod with " +
            "a service account\nWithout a cluster, `--backend local` builds on this machine.\n"
        })
      }
      const [error] = documents((yield* run(["list", "--json"])).out)
      assert.deepInclude(error, {
        type: "error",
        error: "ConfigurationError",
        reason: "NoConfiguration",
        exitStatus: 3
      })
    }))

  it.scoped("check: prints which backends support an input, and why not", () =>
    Effect.gen(function*() {
      const check = (yield* building()).with(0, "check")
      const all = yield* run(check)
      assert.strictEqual(all.status, 0)
      assert.deepStrictEqual(all.out.match(/^[a-z-]+: .*/gm), [
        "single-node: supported",
        "openshift: supported",
        "custom: supported",
        "local: supported"
      ])
      const one = yield* run([...check, "--trust-bundle", "ca", "--backend", "openshift"])
      assert.strictEqual(one.status, 2)
      assert.match(one.out, /^openshift: not supported\n {2}--trust-bundle: /)
      const auto = yield* run([...check, "--trust-bundle", "ca", "--backend", "auto", "--json"])
      assert.strictEqual(auto.status, 0)
      assert.deepStrictEqual(
        documents(auto.out).map((line) => line.type === "check" ? [line.backend, line.ok] : line),
        [["single-node", true], ["openshift", false], ["custom", true]]
      )
    }))
})

describe.sequential("on a cluster", () => {
  it.scoped("probe: prints the verdicts and the preferred backend", () =>
    Effect.gen(function*() {
      const { run } = yield* onCluster(openShift)
      const { err, out, status } = yield* run(["probe"])
      assert.strictEqual(status, 0)
      assert.strictEqual(err, "")
      assert.match(out, /^ {3}BACKEND +VERDICT +WHY\n/)
      assert.match(out, /^→ {2}openshift +Available +build\.openshift\.io\/v1 serves builds$/m)
      const narrow = yield* run(["probe"], { isTTY: true, columns: 60 })
      assert.isAtMost(Math.max(...narrow.out.split("\n").map((line) => line.length)), 60, narrow.out)

      const lines = documents((yield* run(["probe", "--json"])).out)
      const preferred = lines.flatMap((line) => line.type === "probe" && line.preferred ? [line.backend] : [])
      assert.deepStrictEqual(preferred, ["openshift"])
    }))

  it.scoped("probe: prints missing permissions and exits with 3 if no backend is available", () =>
    Effect.gen(function*() {
      const { run } = yield* onCluster({ ...openShift, permissions: [] })
      const { err, out, status } = yield* run(["probe"])
      assert.strictEqual(status, 3)
      assert.include(
        out,
        "to grant: create configmaps, builds, builds/docker (core, build.openshift.io) in namespace builds"
      )
      assert.strictEqual(err, "No backend would be chosen on this cluster.\n")
      assert.include(
        (yield* run(["probe", "-n", "other"])).out,
        "builds/docker (core, build.openshift.io) in namespace other"
      )
    }))

  const mayAttach = (...verbs: ReadonlyArray<string>): FakeCluster.Options => ({
    ...openShift,
    permissions: [
      ...[...CustomBuildBackend.rules, ...OpenShiftBuildBackend.rules].map(({ apiGroups, resources, verbs }) => ({
        apiGroups,
        resources,
        verbs
      })),
      { apiGroups: [""], resources: ["pods"], verbs: ["create"] },
      { apiGroups: [""], resources: ["pods/attach"], verbs }
    ]
  })

  it.scoped("probe --upload: prints which backends take an upload, and what is not permitted", () =>
    Effect.gen(function*() {
      const verdicts = (options: FakeCluster.Options) =>
        Effect.gen(function*() {
          const { run } = yield* onCluster(options)
          return documents((yield* run(["probe", "--upload", "--json"])).out).flatMap((line) =>
            line.type === "probe" && line.verdict._tag !== "Unreachable"
              ? [[line.backend, line.verdict._tag, line.verdict.evidence]]
              : []
          )
        })
      const [, build, custom] = yield* verdicts(mayAttach("create", "get"))
      assert.deepStrictEqual(build, ["openshift", "Absent", "openshift takes no uploads"])
      assert.strictEqual(custom?.[1], "Available")
      assert.match(String(custom?.[2]), /may create, get pods\/attach/)
      const [, , denied] = yield* verdicts(mayAttach("get"))
      assert.strictEqual(denied?.[1], "Forbidden")
      assert.match(String(denied?.[2]), /^may not create pods\/attach/)
    }))

  it.scoped("check: says that an upload is not permitted, and asks for nothing else", () =>
    Effect.gen(function*() {
      const folder = yield* folderWith({
        "input.json": JSON.stringify({
          dockerfile: "FROM registry.example.com/base:1\nCOPY a /\n",
          finalImage: { pullspec: "registry.example.com/os:1" },
          context: { upload: { directory: "/srv/context", digest: `sha256:${"1f".repeat(32)}` } }
        })
      })
      const check = (options: FakeCluster.Options, ...more: ReadonlyArray<string>) =>
        Effect.gen(function*() {
          const { fake, run } = yield* onCluster(options)
          const done = yield* run(["check", "--input", `${folder}/input.json`, ...more])
          return { ...done, requests: (yield* fake.requests).map(({ resource, verb }) => `${verb} ${resource}`) }
        })
      const denied = yield* check(mayAttach("get"), "--backend", "custom")
      assert.strictEqual(denied.status, 2)
      assert.match(
        denied.out,
        /^custom: not supported\n {2}--context \(context\.upload\): may not create pods\/attach \(core\) in namespace builds.*`os-builder rbac --upload`/
      )
      assert.deepStrictEqual(Array.from(new Set(denied.requests)), [
        "create selfsubjectaccessreviews.authorization.k8s.io"
      ])
      const elsewhere = yield* check(mayAttach("get"), "--backend", "custom", "-n", "other")
      assert.include(elsewhere.out, "in namespace other")
      const permitted = yield* check(mayAttach("create", "get"))
      assert.deepStrictEqual(permitted.out.match(/^[a-z-]+: .*/gm), [
        "single-node: supported",
        "openshift: not supported",
        "custom: supported",
        "local: supported"
      ])
    }))

  it.scoped("check: without a cluster an upload is supported, and the question stays open", () =>
    Effect.gen(function*() {
      const folder = yield* folderWith({
        "input.json": JSON.stringify({
          dockerfile: "FROM registry.example.com/base:1\n",
          finalImage: { pullspec: "registry.example.com/os:1" },
          context: { upload: { directory: "/srv/context", digest: `sha256:${"1f".repeat(32)}` } }
        })
      })
      const { err, out, status } = yield* runIn({})(["check", "--backend", "custom", "--input", `${folder}/input.json`])
      assert.strictEqual(status, 0)
      assert.strictEqual(out, "custom: supported\n")
      assert.match(err, /^os-builder: hint: whether uploads are permitted is not known: There is no kubeconfig/)
    }))

  it.scoped("probe: waits 10 seconds in an outage", () =>
    Effect.gen(function*() {
      const { fake, run } = yield* onCluster(openShift)
      yield* fake.outage("1 hour")
      const { took, value: { err, out, status } } = yield* timed(run(["probe"]))
      assert.strictEqual(status, 3)
      assert.strictEqual(took, 10_000)
      assert.match(out, /openshift +Unreachable /)
      assert.match(err, /warn: Waiting for an answer: /)
    }))

  const worlds: ReadonlyArray<
    readonly [backend: string, cluster: FakeCluster.Options, named: ReadonlyArray<string>]
  > = [
    ["openshift", openShift, []],
    ["openshift", openShift, ["--backend", "openshift"]],
    ["custom", plain, []],
    ["custom", openShift, ["--backend=custom"]],
    ["single-node", singleNode, []],
    ["single-node", plain, ["--backend", "single-node"]]
  ]
  for (const [backend, cluster, named] of worlds) {
    it.scoped(`${backend} by ${named.join(" ") || "auto"}: a build is submitted, adopted, listed, pruned and removed`, () =>
      Effect.gen(function*() {
        const { fake, run } = yield* onCluster(cluster)
        yield* fake.outcome(FakeCluster.succeeds({ digest: `sha256:${"a".repeat(64)}`, log: ["one", "two"] }))
        const args = yield* building(...named)
        const built = yield* run(args)
        assert.strictEqual(built.status, 0, built.err)
        const lines = built.out.trimEnd().split("\n")
        const ref = /^os-builder: submitted (\S+)$/.exec(lines[0] ?? "")?.[1]
        assert(ref !== undefined, built.out)
        assert.match(ref, new RegExp(`^${backend}/builds/os-build-\\w+-1/`))
        assert.includeMembers(lines, ["one", "two", "os-builder: Succeeded in 0s"])
        assert.strictEqual(lines.at(-1), `registry.example.com/os@sha256:${"a".repeat(64)}`)
        assert.include((yield* run(args)).out, `os-builder: adopted ${ref}`)

        assert.match((yield* run(["status", ref])).out, /^Succeeded in 0s\nregistry\.example\.com\/os@sha256:a+\n/)
        assert.strictEqual((yield* run(["logs", ref, "-f"])).out, "one\ntwo\n")
        assert.strictEqual((yield* run(["cancel", ref])).out, `${ref}: Succeeded in 0s\n`)
        assert.include((yield* run(["list", ...named])).out, ref)
        assert.notInclude((yield* run(["list", ...named, "-n", "other"])).out, ref)
        yield* TestClock.adjust("8 days")
        assert.strictEqual((yield* run(["prune", "--older-than", "7d", ...named])).out, `Removed ${ref}\n`)
        assert.strictEqual((yield* run(["status", ref])).status, 2)
        assert.strictEqual((yield* run(["remove", ref])).status, 2)
      }))
  }

  it.scoped("environment variables: set up build pods; an invalid one exits with 2", () =>
    Effect.gen(function*() {
      const { fake, run } = yield* onCluster(plain)
      const environment = {
        OS_BUILDER_BUILDER_IMAGE: "registry.example.com/buildah:1",
        OS_BUILDER_SERVICE_ACCOUNT: "image-builder",
        OS_BUILDER_SECURITY: "userns",
        OS_BUILDER_PULL_SECRET: "pull",
        OS_BUILDER_NAMESPACE: "builds"
      }
      const metadata = { name: environment.OS_BUILDER_SERVICE_ACCOUNT, namespace: "builds" }
      yield* fake.seed({ apiVersion: "v1", kind: "ServiceAccount", metadata })
      const args = yield* building("--detach", "--insecure-registry", "registry.example.com", "--storage", "vfs")
      assert.strictEqual((yield* run(args, { environment })).status, 0)
      const jobs = JSON.stringify(yield* fake.objects({ kind: "Job" }))
      for (
        const part of [
          "\"image\":\"registry.example.com/buildah:1\"",
          "\"serviceAccountName\":\"image-builder\"",
          "\"hostUsers\":false",
          "\"secretName\":\"pull\"",
          "{\"name\":\"OSB_INSECURE_REGISTRIES\",\"value\":\"registry.example.com\"}",
          "{\"name\":\"OSB_STORAGE\",\"value\":\"vfs\"}"
        ]
      ) assert.include(jobs, part)
      const wrong = yield* run(["probe"], { environment: { OS_BUILDER_SECURITY: "none" } })
      assert.strictEqual(wrong.status, 2)
      assert.match(wrong.err, /^invalid environment: .*OS_BUILDER_SECURITY/)
    }))

  it.scoped("build --detach: leaves the build running, to be followed and cancelled", () =>
    Effect.gen(function*() {
      const { fake, run } = yield* onCluster(openShift)
      yield* fake.outcome(FakeCluster.held)
      const ref = (yield* run(yield* building("--detach", "-n", "builds"))).out.trim()
      const following = yield* Effect.fork(run(["logs", ref, "--follow"]))
      assert.match((yield* run(["cancel", ref])).out, /: Cancelled\n$/)
      assert.strictEqual((yield* Fiber.join(following)).status, 0)
    }))

  it.scoped("auto: prints why no backend is available, and what to grant", () =>
    Effect.gen(function*() {
      const { run } = yield* onCluster({ ...openShift, permissions: [] })
      const { err, status } = yield* run(yield* building())
      assert.strictEqual(status, 3)
      assert.match(
        err,
        /^No backend can build images on this cluster\.\n(.*\n)* {2}- openshift is Forbidden: .*to grant: create/
      )
    }))

  it.scoped("auto: names on stderr a preferred backend that does not support the input", () =>
    Effect.gen(function*() {
      const { run } = yield* onCluster(openShift)
      const args = yield* building("--detach", "--trust-bundle", "ca")
      const { err, out, status } = yield* run(args)
      assert.strictEqual(status, 0)
      assert.match(out, /^custom\/builds\//)
      assert.match(
        err,
        /^os-builder: openshift does not support this input; custom is used instead\nos-builder: {3}--trust-bundle: .*\n$/
      )
      assert.strictEqual((yield* run([...args, "-q"])).err, "")
      const [submitted] = documents((yield* run([...args, "--json", "--again"])).out)
      assert(submitted?.type === "submitted")
      assert.deepStrictEqual(submitted.passedOver?.map(({ backend }) => backend), ["openshift"])
      assert.strictEqual((yield* run(yield* building("--detach"))).err, "")
    }))

  for (const [backend, cluster, child] of [["custom", plain, "Job"], ["openshift", openShift, "Build"]] as const) {
    it.scoped(`describe: prints the status, the attempts, their pods and events of a ${backend} build`, () =>
      Effect.gen(function*() {
        const { fake, run } = yield* onCluster(cluster)
        yield* fake.outcome(FakeCluster.imagePullBackOff)
        const ref = (yield* run(yield* building("--detach"))).out.trim()
        yield* TestClock.adjust("30 seconds")
        const pods = yield* fake.objects({ kind: "Pod" })
        const pod = pods.find(({ metadata }) => JSON.stringify(metadata).includes("ownerReferences"))
        assert(pod !== undefined)
        const { name, uid } = Schema.decodeUnknownSync(Schema.Struct({ name: Schema.String, uid: Schema.String }))(
          pod.metadata
        )
        yield* fake.seed({
          apiVersion: "v1",
          kind: "Event",
          metadata: { name: "pulling", namespace: "builds" },
          type: "Warning",
          reason: "Failed",
          message: "Failed to pull image",
          count: 3,
          involvedObject: { kind: "Pod", namespace: "builds", name, uid },
          lastTimestamp: "1970-01-01T00:00:20Z"
        })
        yield* fake.seed({
          apiVersion: "v1",
          kind: "Event",
          metadata: { name: "series", namespace: "builds" },
          ...{ type: "Warning", reason: "FailedScheduling", action: "Scheduling", message: "no nodes" },
          ...{ reportingComponent: "default-scheduler", reportingInstance: "default-scheduler-0" },
          involvedObject: { kind: "Pod", namespace: "builds", name, uid },
          eventTime: "1970-01-01T00:00:05.250000Z",
          series: { count: 4, lastObservedTime: "1970-01-01T00:00:15.750000Z" }
        })
        const { err, out, status } = yield* run(["describe", ref])
        assert.strictEqual(status, 0, err)
        assert.match(out, /^ {2}1970-01-01T00:00:15Z +Warning +FailedScheduling +Pod\/\S+ +no nodes \(4 times\)$/m)
        assert.include(out, `Build:        ${ref}\nImage:        registry.example.com/os:1\nFingerprint:  `)
        assert.match(out, /^Created: {6}1970-01-01T00:00:00Z$/m)
        assert.match(out, /^Status: {7}Pending, waiting \(ImagePull/m)
        assert.match(out, new RegExp(`^Attempts:\\n {2}ATTEMPT +OBJECT.*\\n {2}1 +${child}/os-build-`, "m"))
        assert.match(out, new RegExp(`^Pods:\\n {2}POD +.*\\n {2}${name} +1970-01-01T00:00:00Z +Pending\\n`, "m"))
        assert.match(out, /: waiting \((ErrImagePull|ImagePullBackOff)\)/)
        assert.match(
          out,
          new RegExp(`^  1970-01-01T00:00:20Z +Warning +Failed +Pod/${name} +Failed to pull image \\(3 times\\)$`, "m")
        )
        const [document] = documents((yield* run(["describe", ref, "--json"])).out)
        assert(document?.type === "description")
        assert.deepStrictEqual(
          [document.children.length, document.pods.map(({ name }) => name), document.events.at(-1)?.reason],
          [1, [name], "Failed"]
        )
        yield* Effect.asVoid(
          fake.fail({ verb: "list", resource: "events" }, FakeCluster.status(403, "Forbidden", "no"))
        )
        assert.notInclude((yield* run(["describe", ref])).out, "Failed to pull image")
      }))
  }

  it.scoped("openshift without OpenShift: exits with 3, since no backend is available", () =>
    Effect.gen(function*() {
      const { run } = yield* onCluster(plain)
      const { err, out, status } = yield* run(yield* building("--backend", "openshift", "--detach"))
      assert.strictEqual(status, 3, err)
      assert.strictEqual(out, "")
      assert.match(err, /^No backend can build images on this cluster\.\n {2}- openshift is Absent: /)
      const elsewhere = yield* run(yield* building("--backend", "custom", "--detach", "-n", "nowhere"))
      assert.strictEqual(elsewhere.status, 2, elsewhere.err)
      assert.match(elsewhere.err, /^Build rejected: objects that the build needs do not exist/)
    }))

  it.scoped("--request-timeout: limits probes in an outage", () =>
    Effect.gen(function*() {
      const { fake, run } = yield* onCluster(openShift)
      yield* fake.outage("1 hour")
      const limited: ReadonlyArray<readonly [ReadonlyArray<string>, RegExp]> = [
        [["probe"], /^No backend would be chosen on this cluster\.$/m],
        [yield* building(), /^The probe \w+ failed: no response within 1s/m],
        [["list"], /^The probe \w+ failed: no response within 1s/m]
      ]
      for (const [args, message] of limited) {
        const { took, value: { err, status } } = yield* timed(run([...args, "--request-timeout", "1s"]))
        // The timers of a grace period of 5 seconds may fire while the probes are interrupted.
        assert.isAtMost(took, 5_000, args.join(" "))
        assert.strictEqual(status, 3)
        assert.match(err, message)
      }
    }))

  it.scoped("--request-timeout: limits operations while the API server does not respond", () =>
    Effect.gen(function*() {
      const { fake, run } = yield* onCluster(plain)
      yield* Effect.asVoid(fake.fail({}, FakeCluster.latency("1 hour")))
      const ref = "custom/builds/os-build-a-1/u"
      const limited: ReadonlyArray<readonly [ReadonlyArray<string>, RegExp]> = [
        [["status", ref], /^Cannot read the status of custom\/.*: no response within 1s\n/],
        [["describe", ref], /^Cannot describe custom\/.*: no response within 1s\n/],
        [["cancel", ref], /^Cannot cancel custom\/.*: no response within 1s\n/],
        [["remove", ref], /^Cannot remove custom\/.*: no response within 1s\n/],
        [["list", "--backend", "custom"], /^Cannot list builds: .*: no response within 1s\n/],
        [["prune", "--backend", "custom", "--older-than", "1d"], /^Cannot prune builds: .*: no response within 1s\n/]
      ]
      for (const [args, message] of limited) {
        const { took, value: { err, status } } = yield* timed(run([...args, "--request-timeout", "1s"]))
        assert.strictEqual(took, 1_000, args.join(" "))
        assert.strictEqual(status, 3)
        assert.match(err, message)
      }
    }))

  it.scoped("--request-timeout: shorter than the retries, the message has their cause", () =>
    Effect.gen(function*() {
      const { fake, run } = yield* onCluster(plain)
      yield* Effect.asVoid(fake.fail({}, FakeCluster.unavailable()))
      const { value: { err, status } } = yield* timed(run(["list", "--backend", "custom", "--request-timeout", "2s"]))
      assert.strictEqual(status, 3)
      assert.match(
        err,
        /^Cannot list builds: .*: no response within 2s; the last attempt failed: .*currently unable to handle the request/
      )
    }).pipe(Effect.withRandom(Random.fixed([1]))))

  it.scoped("auto: does not fall back in an outage", () =>
    Effect.gen(function*() {
      const { fake, run } = yield* onCluster(openShift)
      yield* fake.outage("1 hour")
      const { took, value: { err, status } } = yield* timed(run(yield* building()))
      assert.strictEqual(took, 120_000)
      assert.strictEqual(status, 3)
      assert.match(err, /^The probe \w+ failed: .* \(try again when the cluster responds\)$/m)
    }))
})
