import { assert, describe, it } from "@effect/vitest"
import { DateTime } from "effect"
import { BuildStatus, type BuildStatus as Status } from "effect-os-builder"
import type { Interpretation } from "../../../src/backends/controller/Definition.js"
import * as BuildOutcome from "../../../src/backends/openshift/BuildOutcome.js"
import type { Build, Pod } from "../../../src/kubernetes/Resources.js"
import { at, build, digest, ended, input, pod, record, seen, warning } from "../../support/Builds.js"

const time = (seconds: number) => DateTime.unsafeMake(seconds * 1000)

const blockedOf = (status: Status.BuildStatus) =>
  status._tag === "Pending" || status._tag === "Running" ? status.blocked : undefined

const unschedulable = pod({
  phase: "Pending",
  conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/3 nodes are available" }]
})
const starting = pod({ phase: "Pending", containerStatuses: [{ name: "docker-build" }] })
const busy = pod({ phase: "Running" })

// --- before it runs ---

describe("a Build that waits", () => {
  const rows: ReadonlyArray<readonly [phase: string, reason: string, message: string, means: string]> = [
    ["New", "InvalidOutputReference", "Output image could not be resolved.", "MissingReference"],
    ["New", "InvalidImageReference", "Referenced image could not be resolved.", "MissingReference"],
    ["New", "CannotRetrieveServiceAccount", "Unable to look up the service account", "MissingReference"],
    ["New", "CannotCreateBuildPodSpec", "Failed to create pod spec: user provided path collides", "Admission"],
    ["New", "CannotCreateBuildPod", "Failed creating build pod: pods \"a\" is forbidden: exceeded quota: q", "Quota"],
    ["New", "CannotCreateBuildPod", "Failed creating build pod: pods \"a\" is forbidden: denied", "Admission"],
    ["New", "CannotCreateCAConfigMap", "Failed creating", "Admission"],
    ["New", "CannotCreateGlobalCAConfigMap", "Failed creating: exceeded quota: q", "Quota"],
    ["New", "CannotCreateBuildSysConfigMap", "Failed creating", "Admission"],
    ["New", "GenericBuildFailed", "These resources do not exist: Secrets [a]", "MissingReference"],
    ["New", "GenericBuildFailed", "Error while checking Secrets: no answer", "Unknown"],
    ["Pending", "MissingPushSecret", "Missing push secret.", "MissingReference"],
    ["New", "SomethingNew", "who knows", "Unknown"],
    ["Pending", "SomethingNew", "", "Unknown"]
  ]
  for (const [phase, reason, message, means] of rows) {
    it(`a Build that waits: ${phase} for ${reason} (${message.slice(-20)}) is blocked by ${means}`, () => {
      const told = BuildOutcome.interpret(seen(build({ phase, reason, message })))
      assert.strictEqual(told.status._tag, "Pending")
      const blocked = blockedOf(told.status)
      assert.strictEqual(blocked?.reason, means)
      assert.strictEqual(blocked?.upstreamReason, reason)
      const expected = message === "" ? "the Build has the reason SomethingNew" : message
      assert.isTrue(blocked?.message.startsWith(expected), blocked?.message)
      assert.isUndefined(told.explainedBy, "no event tells more")
    })
  }

  it("New for an object that is missing: the message says when OpenShift checks again", () => {
    const message = "These resources do not exist: Secrets [a]"
    const created = blockedOf(
      BuildOutcome.interpret(seen(build({ phase: "New", reason: "GenericBuildFailed", message }))).status
    )
    assert.match(created?.message ?? "", /^These resources do not exist: Secrets \[a\]; .* within 10 minutes/)
    const started = blockedOf(
      BuildOutcome.interpret(seen(build({ phase: "Pending", reason: "MissingPushSecret", message }))).status
    )
    assert.strictEqual(started?.message, message)
  })

  const waits: ReadonlyArray<
    readonly [what: string, Build["status"], Pod | undefined, explainedBy: string | undefined]
  > = [
    ["without a status", undefined, undefined, "build-1"],
    ["New", { phase: "New" }, undefined, "build-1"],
    ["Pending, before its pod is seen", { phase: "Pending" }, undefined, "build-1"],
    ["Pending, with a pod that starts", { phase: "Pending" }, starting, "pod"],
    ["Pending, with a pod that says why", { phase: "Pending" }, unschedulable, undefined],
    ["in a phase to come", { phase: "Paused" }, undefined, "build-1"]
  ]
  for (const [what, status, itsPod, explainedBy] of waits) {
    it(`${what}: since it was made, and ${explainedBy ?? "nothing"} would tell more`, () => {
      const told = BuildOutcome.interpret(seen(build(status), { pods: itsPod === undefined ? [] : [itsPod] }))
      assert.strictEqual(told.status._tag, "Pending")
      assert.deepStrictEqual(told.waitingSince, time(1))
      assert.strictEqual(told.explainedBy, explainedBy)
      assert.strictEqual(told.status.pod?.uid, itsPod?.metadata.uid)
      assert.strictEqual(blockedOf(told.status)?.reason, itsPod === unschedulable ? "Unschedulable" : undefined)
    })
  }

  it("a Build that waits: is explained by events about itself, or about its pod", () => {
    const events = [
      warning("build-1", "FailedCreate", "Error creating build pod: exceeded quota: q"),
      warning("pod", "FailedMount", "MountVolume.SetUp failed for volume \"a\": secret \"a\" not found"),
      warning("other", "FailedScheduling", "no nodes")
    ]
    const ofBuild = BuildOutcome.interpret(seen(build({ phase: "New" }), { events }))
    assert.strictEqual(blockedOf(ofBuild.status)?.reason, "Quota")
    assert.strictEqual(ofBuild.explainedBy, "build-1", "events may change")
    const ofPod = BuildOutcome.interpret(seen(build({ phase: "Pending" }), { events, pods: [starting] }))
    assert.strictEqual(blockedOf(ofPod.status)?.reason, "MissingReference")
    assert.strictEqual(ofPod.explainedBy, "pod")
  })

  it("a Build that waits: again is Running with the next attempt, from the start of the first", () => {
    const earlier = [build({ phase: "Error", reason: "BuildPodDeleted", startTimestamp: at(7) })]
    const told = BuildOutcome.interpret(seen(build({ phase: "Pending" }, 2), { earlier, pods: [unschedulable] }))
    assert(told.status._tag === "Running")
    assert.strictEqual(told.status.attempt, 2)
    assert.deepStrictEqual(told.status.startedAt, time(7))
    assert.strictEqual(told.status.blocked?.reason, "Unschedulable")
    assert.deepStrictEqual(told.waitingSince, time(2))
  })
})

// --- while it runs ---

describe("a Build that runs", () => {
  it("a Build that runs: began when its pod did, and waits for nothing", () => {
    const told = BuildOutcome.interpret(
      seen(build({ phase: "Running", startTimestamp: at(9), cancelled: true }), { pods: [busy] })
    )
    assert.deepStrictEqual(told, {
      status: new BuildStatus.Running({
        startedAt: time(9),
        attempt: 1,
        pod: new BuildStatus.PodReference({ namespace: "ns", name: busy.metadata.name, uid: "pod" })
      })
    })
  })

  it("a Build that runs: and does not say since when, since its record was made", () => {
    const { status } = BuildOutcome.interpret(seen(build({ phase: "Running" })))
    assert(status._tag === "Running")
    assert.deepStrictEqual(status.startedAt, time(0))
  })
})

// --- how it ends ---

const told = (interpretation: Interpretation): Status.Terminal => {
  const { status } = interpretation
  assert(BuildStatus.isTerminal(status), status._tag)
  return status
}

const over = (status: Build["status"], itsPod?: Pod): Status.Terminal =>
  told(BuildOutcome.interpret(seen(
    build({ startTimestamp: at(2), completionTimestamp: at(9), ...status }),
    { pods: itsPod === undefined ? [] : [itsPod] }
  )))

const summary = (status: Status.Terminal): string =>
  status._tag === "Failed" || status._tag === "Errored" ? `${status._tag} ${status.reason}` : status._tag

const error = (text: string) => `error: build error: ${text}`
const step = (text: string) => error(`building at STEP "RUN make || echo ": ": ${text}`)
const pulling = (text: string) =>
  error(`failed to pull image: After retrying 2 times, Pull image still failed due to error: ${text}`)
const pushing = (text: string) =>
  error(`Failed to push image: After retrying 2 times, Push image still failed due to error: ${text}`)

describe("a Build that is Complete", () => {
  it("a Build that is Complete: has succeeded, with the image by its digest", () => {
    const status = told(BuildOutcome.interpret(seen(
      build({
        phase: "Complete",
        startTimestamp: at(2),
        completionTimestamp: at(9),
        output: { to: { imageDigest: digest } }
      }),
      { record: record(input({ architecture: "arm64" })) }
    )))
    assert(status._tag === "Succeeded")
    assert.deepStrictEqual({ ...status.image }, {
      pullspec: `registry.example.com/os@${digest}`,
      digest,
      tag: "registry.example.com/os:1",
      architecture: "arm64"
    })
    assert.deepStrictEqual([status.startedAt, status.finishedAt], [time(2), time(9)])
  })

  for (const imageDigest of [undefined, "", "sha256:short"]) {
    it(`a Build that is Complete: with the digest ${imageDigest} has lost it`, () => {
      const status = over({ phase: "Complete", output: { to: { imageDigest } } })
      assert(status._tag === "Errored")
      assert.strictEqual(status.reason, "DigestLost")
      assert.isTrue(status.retryable)
      assert.match(status.message, /registry\.example\.com\/os:1 was pushed.*system:image-builder/)
    })
  }
})

describe("a Build without its digest: the log", () => {
  const pushed = (image: string) => `Successfully pushed ${image}`
  const found = (lines: ReadonlyArray<string>) => {
    const child = build({ phase: "Complete", startTimestamp: at(2), completionTimestamp: at(9) })
    return BuildOutcome.interpret(seen(child)).fromLog?.(lines)
  }

  it("a Build without its digest: the log: has it where the builder reports its push", () => {
    const status = found([
      pushed(`registry.example.com/os@sha256:${"1".repeat(64)}`),
      pushed(`registry.example.com/os@${digest}`),
      "error: Unable to update build status: forbidden",
      "Push successful"
    ])
    assert(status?._tag === "Succeeded")
    assert.strictEqual(status.image.pullspec, `registry.example.com/os@${digest}`)
    assert.deepStrictEqual([status.startedAt, status.finishedAt], [time(2), time(9)])
  })

  it("a Build without its digest: the log: does not have it", () => {
    for (
      const lines of [
        [],
        ["STEP 1/1: FROM scratch"],
        [pushed("registry.example.com/os:1"), "Push successful"],
        [`a ${pushed(`registry.example.com/os@${digest}`)}`],
        // An instruction may print it.
        [pushed(`registry.example.com/os@${digest}`), "STEP 9/9: RUN true", "Push successful"]
      ]
    ) {
      assert.isUndefined(found(lines), lines.join("\n"))
    }
  })

  it("a Build without its digest: the log: is not asked where the Build has its digest, or failed", () => {
    for (
      const status of [
        { phase: "Complete", output: { to: { imageDigest: digest } } },
        { phase: "Failed", reason: "DockerBuildFailed" }
      ]
    ) {
      assert.isUndefined(BuildOutcome.interpret(seen(build({ completionTimestamp: at(9), ...status }))).fromLog)
    }
  })
})

describe("a Build that is Cancelled", () => {
  it("a Build that is Cancelled: is Cancelled, by any client", () =>
    assert.strictEqual(summary(over({ phase: "Cancelled", reason: "CancelledBuild" })), "Cancelled"))
})

describe("the reason of a Build that ended", () => {
  const rows: ReadonlyArray<readonly [phase: string, reason: string, means: string, retryable?: boolean]> = [
    ["Failed", "DockerBuildFailed", "Failed InstructionFailed"],
    ["Failed", "ManageDockerfileFailed", "Failed ContainerfileInvalid"],
    ["Failed", "PullBuilderImageFailed", "Errored ImagePullFailed", true],
    ["Failed", "PushImageToRegistryFailed", "Errored PushFailed", true],
    ["Failed", "FetchSourceFailed", "Errored BackendUnavailable", true],
    ["Failed", "FetchImageContentFailed", "Errored ImagePullFailed", true],
    ["Failed", "InvalidContextDirectory", "Failed ContainerfileInvalid"],
    ["Failed", "PostCommitHookFailed", "Errored Unknown", false],
    ["Failed", "OutOfMemoryKilled", "Errored OutOfMemory", false],
    ["Failed", "BuildPodEvicted", "Errored Evicted", true],
    ["Failed", "GenericBuildFailed", "Errored Unknown", false],
    ["Failed", "InvalidOutputReference", "Errored MissingReference", false],
    ["Failed", "InvalidImageReference", "Errored MissingReference", false],
    ["Error", "BuildPodDeleted", "Errored Evicted", true],
    ["Error", "BuildPodExists", "Errored Unknown", false],
    ["Error", "NoBuildContainerStatus", "Errored BackendUnavailable", true],
    ["Error", "FailedContainer", "Errored Unknown", false],
    ["Error", "UnresolvableEnvironmentVariable", "Errored MissingReference", false],
    ["Error", "ExceededRetryTimeout", "Errored BackendUnavailable", true],
    ["Error", "CancelBuildFailed", "Errored Unknown", false],
    ["Error", "Error", "Errored Unknown", false],
    ["Failed", "SomethingNew", "Errored Unknown", false],
    ["Error", "SomethingNew", "Errored Unknown", false]
  ]
  for (const [phase, reason, means, retryable] of rows) {
    it(`the reason of a Build that ended: ${phase}/${reason} alone is ${means}`, () => {
      const status = over({ phase, reason, message: "what the platform says" })
      assert.strictEqual(summary(status), means)
      assert(status._tag === "Failed" || status._tag === "Errored")
      assert.strictEqual(status.message, "what the platform says")
      if (status._tag === "Errored") {
        assert.strictEqual(status.upstreamReason, reason)
        assert.strictEqual(status.retryable, retryable)
      }
    })
  }

  it("the reason of a Build that ended: if there is none, its phase is all that is known", () => {
    const status = over({ phase: "Error" })
    assert(status._tag === "Errored")
    assert.strictEqual(status.upstreamReason, "Error")
    assert.strictEqual(status.message, "the Build ended as Error")
  })
})

describe("what the builder said", () => {
  const rows: ReadonlyArray<readonly [reason: string, log: string, means: string]> = [
    ...([
      ["failed to fetch requested repository \"https://h/a\" with provided credentials", "CredentialsInvalid"],
      ["Host key verification failed.\nfatal: Could not read from remote repository.", "CredentialsInvalid"],
      ["git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.", "CredentialsInvalid"],
      ["fatal: unable to access 'https://h/a/': The requested URL returned error: 403", "CredentialsInvalid"],
      ["requested repository \"https://h/a\" not found", "MissingReference"],
      ["fatal: remote error: upload-pack: not our ref 1f1f", "MissingReference"],
      ["fatal: unable to access 'https://h/a/': Could not resolve host: h", "NetworkUnavailable"],
      ["ssh: connect to host h port 22: Connection refused\nfatal: Could not read", "NetworkUnavailable"],
      ["write /tmp/build/inputs/a: no space left on device", "OutOfDisk"],
      ["exit status 1", "BackendUnavailable"]
    ] as const).map(([error, reason]) =>
      ["FetchSourceFailed", `Cloning "https://h/a" ...\nerror: ${error}`, `Errored ${reason}`] as const
    ),
    [
      "GenericBuildFailed",
      "error: cannot setup source secret: no auth handler was found for secrets in /var/run/secrets/openshift.io/source",
      "Errored CredentialsInvalid"
    ],
    ["DockerBuildFailed", step("while running runtime: exit status 3"), "Failed InstructionFailed"],
    [
      "DockerBuildFailed",
      `No space left on device\n${step("while running runtime: exit status 1")}`,
      "Errored OutOfDisk"
    ],
    ["DockerBuildFailed", step("committing container: no space left on device"), "Errored OutOfDisk"],
    ["DockerBuildFailed", step("while running runtime: exit status 137"), "Errored Unknown"],
    ["DockerBuildFailed", step("creating overlay mount to /a: invalid argument"), "Errored StorageUnavailable"],
    ["DockerBuildFailed", step("Unknown instruction: \"FRUM\""), "Failed ContainerfileInvalid"],
    ...["DockerBuildFailed", "GenericBuildFailed", "PullBuilderImageFailed"].map((reason) =>
      [
        reason,
        error("unable to parse platform \"foo\": invalid platform syntax for \"foo\" (use OS/ARCH[/VARIANT][,...])"),
        "Failed ContainerfileInvalid"
      ] as const
    ),
    [
      "DockerBuildFailed",
      step("initializing source docker://a/b:1: reading manifest 1 in a/b: unauthorized"),
      "Errored ImagePullDenied"
    ],
    ["DockerBuildFailed", step("initializing source docker://a/b:1: pinging: i/o timeout"), "Errored ImagePullFailed"],
    [
      "DockerBuildFailed",
      error("dockerfile parse error line 3: unknown instruction: RUM"),
      "Failed ContainerfileInvalid"
    ],
    [
      "DockerBuildFailed",
      error("duplicate transient mount destination detected, \"a\" already exists"),
      "Errored Unknown"
    ],
    ["DockerBuildFailed", "the tail of a log without an error", "Failed InstructionFailed"],
    // The kubelet keeps the last 2048 bytes: the start of a long instruction's error is cut.
    ["DockerBuildFailed", `${"x".repeat(2000)}": while running runtime: exit status 137`, "Errored Unknown"],
    ["DockerBuildFailed", `${"x".repeat(2000)}": while running runtime: exit status 3`, "Failed InstructionFailed"],
    [
      "DockerBuildFailed",
      error("building at STEP \"ADD http://h/x /x\": dial tcp 10.0.0.1:80: connect: connection refused"),
      "Errored NetworkUnavailable"
    ],
    [
      "DockerBuildFailed",
      "error running container: from /usr/bin/crun creating container for [/bin/sh -c true]: \n: exit status 1\n" +
      step("while running runtime: exit status 1"),
      "Errored StorageUnavailable"
    ],
    [
      "DockerBuildFailed",
      "error running container: from /usr/bin/runc creating container for [/x]: runc create failed: exec: \"/x\": " +
      `stat /x: no such file or directory\n: exit status 1\n${step("while running runtime: exit status 1")}`,
      "Failed InstructionFailed"
    ],
    // The runtime did not start, or reports an error of its own; only a missing program of the instruction is the user's fault.
    ...[
      "from crun creating container for [/bin/sh -c x]: : exec: \"crun\": executable file not found in $PATH",
      "from /usr/bin/crun creating container for [/x]: : fork/exec /usr/bin/crun: no such file or directory",
      "from /usr/bin/crun creating container for [/x]: open `/sys/fs/cgroup/a`: No such file or directory\n: exit status 1"
    ].map((report) =>
      [
        "DockerBuildFailed",
        `error running container: ${report}\n${step("while running runtime: exit status 1")}`,
        "Errored StorageUnavailable"
      ] as const
    ),
    ...[
      "executable file `/x` not found: No such file or directory",
      "runc create failed: unable to start container process: exec: \"x\": executable file not found in $PATH"
    ].map((report) =>
      [
        "DockerBuildFailed",
        `error running container: from /usr/bin/crun creating container for [/x]: ${report}\n: exit status 1\n` +
        step("while running runtime: exit status 1"),
        "Failed InstructionFailed"
      ] as const
    ),
    [
      "DockerBuildFailed",
      `time="t" level=warning msg="Failed, retrying in 2s ... (1/3)"\n${
        step("RUN --mount=type=bind,from=h/x:1: --from=h/x:1: no stage or image found with that name")
      }`,
      "Errored ImagePullFailed"
    ],
    [
      "DockerBuildFailed",
      error("COPY --from=5: no stage or image found with that name"),
      "Failed ContainerfileInvalid"
    ],
    [
      "PullBuilderImageFailed",
      "error: failed to pull image: After retrying 2 times:\nreading manifest 1 in a/b: manifest unknown",
      "Errored ImageNotFound"
    ],
    [
      "PullBuilderImageFailed",
      `error processing dockerconfigjson: unexpected end of JSON input\n${pulling("unauthorized")}`,
      "Errored CredentialsInvalid"
    ],
    ["PullBuilderImageFailed", pulling("StatusCode: 429, \"\""), "Errored ImagePullFailed"],
    ...[
      "curl: (6) Could not resolve host: example.com",
      "net/http: TLS handshake timeout",
      "Error: Failed to download: All mirrors were tried",
      "read: connection reset by peer",
      "connect: no route to host",
      "connect: network is unreachable",
      "Error: Failed to synchronize cache for repo 'a'"
    ].map((hint) =>
      ["DockerBuildFailed", `${hint}\n${step("while running runtime: exit status 1")}`, "Errored Unknown"] as const
    ),
    [
      "ManageDockerfileFailed",
      "error: write /tmp/build/inputs/Dockerfile: no space left on device",
      "Errored OutOfDisk"
    ],
    ["ManageDockerfileFailed", "error: unknown instruction: RUM", "Failed ContainerfileInvalid"],
    ["PullBuilderImageFailed", pulling("reading manifest 1 in a/b: manifest unknown"), "Errored ImageNotFound"],
    ["PullBuilderImageFailed", pulling("unauthorized: access to the requested resource"), "Errored ImagePullDenied"],
    ["PullBuilderImageFailed", pulling("x509: certificate signed by unknown authority"), "Errored ImagePullDenied"],
    ["PullBuilderImageFailed", pulling("pinging container registry a: i/o timeout"), "Errored ImagePullFailed"],
    ["PullBuilderImageFailed", pulling("writing blob: no space left on device"), "Errored OutOfDisk"],
    ["PullBuilderImageFailed", "unauthorized: a snippet without its error", "Errored ImagePullDenied"],
    ["PushImageToRegistryFailed", pushing("denied: requested access to the resource is denied"), "Errored PushDenied"],
    ["PushImageToRegistryFailed", pushing("getting username and password: no such file"), "Errored CredentialsInvalid"],
    ["PushImageToRegistryFailed", pushing("connection refused"), "Errored PushFailed"],
    [
      "PushImageToRegistryFailed",
      `echo unauthorized: says a RUN\n${pushing("received unexpected HTTP status: 502 Bad Gateway")}`,
      "Errored PushFailed"
    ],
    // Before its first stage the builder sets no reason.
    [
      "GenericBuildFailed",
      error("parsing reference: repository name must be lowercase"),
      "Failed ContainerfileInvalid"
    ],
    ["GenericBuildFailed", step("RUN: repository name must be lowercase"), "Errored Unknown"],
    [
      "PullBuilderImageFailed",
      pulling("invalid reference format: repository name must be lowercase"),
      "Failed ContainerfileInvalid"
    ],
    ["GenericBuildFailed", pulling("manifest unknown"), "Errored ImageNotFound"],
    [
      "GenericBuildFailed",
      pulling("(Mirrors also failed: [m/b: manifest unknown]): a/b: unauthorized"),
      "Errored ImagePullDenied"
    ],
    ["GenericBuildFailed", pushing("connection refused"), "Errored PushFailed"],
    ["GenericBuildFailed", error("committing container: no space left on device"), "Errored OutOfDisk"],
    ["GenericBuildFailed", step("while running runtime: exit status 1"), "Errored Unknown"]
  ]
  for (const [reason, log, means] of rows) {
    it(`what the builder said: ${reason}, ${log.slice(-50).replaceAll("\n", " ")} is ${means}`, () => {
      const fromPod = over({ phase: "Failed", reason, message: "a phrase" }, ended(...log.split("\n")))
      assert.strictEqual(summary(fromPod), means)
      const fromSnippet = over({ phase: "Failed", reason, message: "a phrase", logSnippet: log })
      assert.strictEqual(summary(fromSnippet), means)
    })
  }

  it("what the builder said: is the message, with the exit status of the instruction", () => {
    const status = over({ phase: "Failed", reason: "DockerBuildFailed" }, ended("make: ***", step("exit status 3")))
    assert(status._tag === "Failed")
    assert.strictEqual(status.exitCode, 3)
    assert.strictEqual(status.message, "building at STEP \"RUN make || echo \": \": exit status 3")
    assert.deepStrictEqual(status.logTail, [], "it is read from the log")
  })

  it("without the start of a long instruction's error: the message is what follows its end", () => {
    const status = over(
      { phase: "Failed", reason: "DockerBuildFailed", message: "a phrase" },
      ended(`${"x".repeat(2000)}": while running runtime: exit status 3`)
    )
    assert(status._tag === "Failed")
    assert.strictEqual(status.exitCode, 3)
    assert.strictEqual(status.message, "while running runtime: exit status 3")
  })

  it("what the builder said: names the missing source of a COPY", () => {
    const cause =
      "checking on sources under \"/tmp/build/inputs\": copier: stat: [\"/nosuch\"]: no such file or directory"
    const status = over(
      { phase: "Failed", reason: "DockerBuildFailed" },
      ended(error(`building at STEP "COPY a nosuch /x/": ${cause}`))
    )
    assert(status._tag === "Failed")
    assert.strictEqual(status.message, `building at STEP "COPY a nosuch /x/": ${cause}`)
  })

  it("what the builder said: of buildah's copier the cause, without its request, of which the log may lack the start", () => {
    const request =
      `copier.request{Request:"GET", Globs:[]string{"/abs"}, RemoveOptions:copier.RemoveOptions{All:false}}`
    const cause = "copier: get: lstat \"/abs\"(\"/etc/passwd\"): lstat /etc/passwd: no such file or directory"
    const whole =
      `building at STEP "COPY abs /c/": reading "/x/abs": error during bulk transfer for ${request}: ${cause}`
    const message = (said: string) => {
      const status = over({ phase: "Failed", reason: "DockerBuildFailed" }, ended(said))
      assert(status._tag === "Failed")
      assert.strictEqual(status.reason, "InstructionFailed")
      return status.message
    }
    assert.strictEqual(message(error(whole)), `building at STEP "COPY abs /c/": reading "/x/abs": ${cause}`)
    assert.strictEqual(message(whole.slice(-150)), cause)
  })

  it("counts with the pod's own words first: they are longer than the Build's", () => {
    const status = over(
      { phase: "Failed", reason: "PullBuilderImageFailed", logSnippet: "error: build error: fai...n unknown" },
      ended(pulling("reading manifest: unauthorized"))
    )
    assert.strictEqual(summary(status), "Errored ImagePullDenied")
  })
})

describe("what the platform did to the pod goes before what the builder said", () => {
  const rows: ReadonlyArray<readonly [reason: string, Pod["status"], means: string, upstream: string]> = [
    ["GenericBuildFailed", { reason: "DeadlineExceeded", message: "Pod was active" }, "Timeout", "DeadlineExceeded"],
    ["DockerBuildFailed", { reason: "DeadlineExceeded", message: "Pod was active" }, "Timeout", "DeadlineExceeded"],
    ["GenericBuildFailed", { reason: "Evicted", message: "The node was low" }, "Evicted", "Evicted"],
    [
      "BuildPodEvicted",
      { reason: "Evicted", message: "ephemeral local storage usage exceeds" },
      "OutOfDisk",
      "Evicted"
    ],
    ["GenericBuildFailed", { reason: "Terminated", message: "node shutdown" }, "NodeLost", "Terminated"],
    [
      "DockerBuildFailed",
      { conditions: [{ type: "DisruptionTarget", status: "True", reason: "EvictionByEvictionAPI" }] },
      "Evicted",
      "EvictionByEvictionAPI"
    ],
    [
      "DockerBuildFailed",
      { containerStatuses: [{ name: "docker-build", state: { terminated: { exitCode: 137, reason: "OOMKilled" } } }] },
      "OutOfMemory",
      "OOMKilled"
    ]
  ]
  for (const [reason, status, means, upstream] of rows) {
    it(`what the platform did to the pod goes before what the builder said: ${reason} of a pod that is ${upstream} is ${means}`, () => {
      const ending = over({ phase: "Failed", reason }, pod({ phase: "Failed", ...status }))
      assert.strictEqual(summary(ending), `Errored ${means}`)
      assert(ending._tag === "Errored")
      assert.strictEqual(ending.upstreamReason, upstream)
      assert.strictEqual(ending.pod?.uid, "pod")
    })
  }

  it("what the platform did to the pod goes before what the builder said: a timeout says which", () => {
    const ending = over(
      { phase: "Failed", reason: "GenericBuildFailed" },
      pod({ phase: "Failed", reason: "DeadlineExceeded", message: "Pod was active" })
    )
    assert(ending._tag === "Errored")
    assert.strictEqual(ending.message, "it ran for longer than its timeout of 1h: Pod was active")
  })
})

// --- an end told piece by piece ---

describe("an end", () => {
  const conditions = [
    { type: "Running", status: "False", lastTransitionTime: at(4) },
    { type: "Failed", status: "True", lastTransitionTime: at(8) }
  ]
  const rows: ReadonlyArray<readonly [what: string, Build["status"], Pod | undefined, at: number | undefined]> = [
    ["Failed, before the controller has seen it", { phase: "Failed", conditions }, ended(""), 38],
    ["Failed, before its pod has ended", { phase: "Failed", conditions, completionTimestamp: at(9) }, busy, 39],
    ["Failed, with its pod", { phase: "Failed", conditions, completionTimestamp: at(9) }, ended(""), undefined],
    ["Failed, and no pod any more", { phase: "Failed", conditions, completionTimestamp: at(9) }, undefined, undefined],
    ["Error, while its pod is still there", { phase: "Error", completionTimestamp: at(9) }, busy, undefined],
    ["Cancelled, while its pod is still there", { phase: "Cancelled", completionTimestamp: at(9) }, busy, undefined],
    ["Failed, and nobody said when", { phase: "Failed" }, busy, undefined]
  ]
  for (const [what, status, itsPod, until] of rows) {
    it(`${what}: ${until === undefined ? "is told" : "more may come for half a minute"}`, () => {
      const child = build({ startTimestamp: at(2), reason: "GenericBuildFailed", ...status })
      const interpretation = BuildOutcome.interpret(seen(child, { pods: itsPod === undefined ? [] : [itsPod] }))
      if (until === undefined) {
        assert.isUndefined(interpretation.ending)
        assert.isTrue(BuildStatus.isTerminal(interpretation.status))
      } else {
        assert.strictEqual(interpretation.status._tag, "Running")
        assert.strictEqual(interpretation.ending?.status._tag, "Errored")
        assert.deepStrictEqual(interpretation.ending?.at, time(until))
      }
    })
  }
})

it("an end of what never began is waited for as it was before: pending", () => {
  const condition = { type: "Failed", status: "True", lastTransitionTime: at(8) }
  const child = build({ phase: "Failed", startTimestamp: at(2), reason: "GenericBuildFailed", conditions: [condition] })
  const { ending, status } = BuildOutcome.interpret(seen(child, { pods: [starting] }))
  assert.strictEqual(status._tag, "Pending")
  assert.strictEqual(ending?.status._tag, "Errored")
})

// --- logs ---

describe("the log of a Build", () => {
  const rows: ReadonlyArray<readonly [phase: string | undefined, Pod | undefined, state: string]> = [
    [undefined, undefined, "waiting"],
    ["New", undefined, "waiting"],
    ["Pending", starting, "waiting"],
    ["Running", busy, "open"],
    ["Failed", busy, "open"],
    ["Failed", ended(""), "closed"],
    ["Complete", pod({ phase: "Succeeded" }), "closed"],
    ["Complete", undefined, "closed"],
    ["Error", undefined, "closed"],
    ["Cancelled", undefined, "closed"]
  ]
  for (const [phase, itsPod, state] of rows) {
    it(`the log of a Build: ${phase ?? "without a phase"}, with ${itsPod?.status?.phase ?? "no"} pod, is ${state}`, () => {
      const [source, ...rest] = BuildOutcome.logs(
        seen(build({ phase }), { pods: itsPod === undefined ? [] : [itsPod] })
      )
      assert.strictEqual(source?.state, state)
      assert.strictEqual(source?.key, "build-1")
      assert.strictEqual(source?.resource.plural, "builds")
      assert.deepStrictEqual(rest, [])
    })
  }
})
