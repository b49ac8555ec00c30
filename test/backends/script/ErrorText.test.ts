import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import * as ErrorText from "../../../src/backends/script/ErrorText.js"
import { code } from "../../../src/backends/script/ExitCode.js"
import * as TerminationMessage from "../../../src/backends/script/TerminationMessage.js"
import { withFunctions } from "../../support/Shell.js"

/** What buildah said last, and what it means. The first ones are of 1.28.2 as it ran, those marked 1.45 of its sources. */
const builds: ReadonlyArray<readonly [said: string, expected: number, exitCode?: number]> = [
  [
    "STEP 2/2: RUN echo hi; exit 14\nhi\nsubprocess exited with status 14\nError: building at STEP \"RUN echo hi; exit 14\": exit status 14",
    code.instructionFailed,
    14
  ],
  [
    "STEP 2/2: run exit 9\nsubprocess exited with status 9\nsubprocess exited with status 9\nError: building at STEP \"run exit 9\": exit status 9",
    code.instructionFailed,
    9
  ],
  [
    "STEP 2/2: RUN echo 'STEP 1/1: ADD x'; exit 9\nSTEP 1/1: ADD x\nsubprocess exited with status 9\nsubprocess exited with status 9\nError: building at STEP \"RUN echo 'STEP 1/1: ADD x'; exit 9\": exit status 9",
    code.instructionFailed,
    9
  ],
  ["STEP 2/2: run x\nError: building at STEP \"run x\": while running runtime: exit status 137", code.unknown, 137],
  [
    "STEP 2/2: add http://h/x /x\nError: building at STEP \"add http://h/x /x\": reading \"http://h/x\": dial tcp 10.0.0.1:80: connect: connection refused",
    code.networkUnavailable
  ],
  [
    "STEP 2/2: RUN exit 7\nError: building at STEP \"RUN exit 7\": while running runtime: exit status 7", // 1.45
    code.instructionFailed,
    7
  ],
  [
    "STEP 2/2: RUN /bin/sh -c false\nmore\nError: building at STEP \"RUN /bin/sh -c false\nmore\n\": exit status 1",
    code.instructionFailed,
    1
  ],
  [
    "STEP 2/2: COPY nope /x\nError: building at STEP \"COPY nope /x\": checking on sources under \"/ctx\": copier: stat: \"/nope\": no such file or directory",
    code.instructionFailed
  ],
  [
    "STEP 3/3: RUN id\nError: building at STEP \"RUN id\": determining run uid: user: unknown user error looking up user \"nosuch\"",
    code.instructionFailed
  ],
  [
    "STEP 2/2: RUN echo unauthorized: x509: manifest unknown\nError: building at STEP \"RUN echo unauthorized: x509: manifest unknown\": exit status 1",
    code.instructionFailed,
    1
  ],
  [
    "STEP 2/2: COPY a\nError: building at STEP \"COPY a\": COPY requires at least one argument",
    code.containerfileInvalid
  ],
  [
    "STEP 2/2: RUNN x\nError: building at STEP \"RUNN \": Build error: Unknown instruction: \"RUNN\" &imagebuilder.Step{Env:[]string{}}",
    code.containerfileInvalid
  ],
  ["Error: no FROM statement found", code.containerfileInvalid],
  ["Error: building: no stages to build", code.containerfileInvalid],
  ["Error: determining starting point for build: no FROM statement found", code.containerfileInvalid],
  ["Error: parsing main Dockerfile: Containerfile: unterminated heredoc", code.containerfileInvalid], // 1.45
  [
    "STEP 2/2: RUN dd if=/dev/zero of=/big\ndd: error writing '/big': No space left on device\nError: building at STEP \"RUN dd if=/dev/zero of=/big\": exit status 1",
    code.outOfDisk
  ],
  [
    "STEP 2/3: RUN echo No space left on device\nNo space left on device\nSTEP 3/3: RUN false\nError: building at STEP \"RUN false\": exit status 1",
    code.instructionFailed,
    1
  ],
  [
    "Error: committing container for step {Env:[]}: copying layers and metadata for container: no space left on device",
    code.outOfDisk
  ],
  [
    "STEP 2/2: RUN kill -9 $$\nsubprocess exited on killed\nsubprocess exited with status 1\nError: building at STEP \"RUN kill -9 $$\": exit status 1",
    code.unknown,
    1
  ],
  ["STEP 2/2: RUN x\nError: building at STEP \"RUN x\": while running runtime: exit status 137", code.unknown, 137],
  [
    "STEP 2/2: ADD http://h/x /x\nError: building at STEP \"ADD http://h/x /x\": reading \"http://h/x\": Get \"http://h/x\": dial tcp 10.0.0.1:80: connect: connection refused",
    code.networkUnavailable
  ],
  [
    "STEP 2/2: ADD http://h/x /x\nError: building at STEP \"ADD http://h/x /x\": invalid response status 503",
    code.networkUnavailable
  ],
  [
    "STEP 2/2: ADD http://h/x /x\nError: building at STEP \"ADD http://h/x /x\": invalid response status 404",
    code.instructionFailed
  ],
  // A RUN that could not be started: buildah says so itself, and reports the end of one program instead of two (1.28 and 1.43).
  [
    "STEP 3/3: RUN echo hi\nerror setting supplemental groups list: operation not permittedsubprocess exited with status 1\nError: building at STEP \"RUN echo hi\": exit status 1",
    code.storageUnavailable
  ],
  [
    "STEP 3/3: RUN echo hi\nerror setting supplemental groups list: operation not permitted\nsubprocess exited with status 1\nError: building at STEP \"RUN echo hi\": exit status 1",
    code.storageUnavailable
  ],
  [
    "STEP 2/2: RUN true\nerror running container: error creating container for [/bin/sh -c true]: rootfs_linux.go:58: mounting \"proc\" to rootfs caused \"operation not permitted\"\n: exit status 1\nError: building at STEP \"RUN true\": while running runtime: exit status 1",
    code.storageUnavailable
  ],
  [
    "STEP 2/2: RUN true\nerror running subprocess: fork/exec /proc/self/exe: operation not permitted\nError: building at STEP \"RUN true\": exit status 1",
    code.storageUnavailable
  ],
  [
    "STEP 2/2: RUN true\nerror running container: from /usr/bin/crun creating container for [/x]: executable file `/x` not found: No such file or directory\n: exit status 1\nError: building at STEP \"RUN true\": while running runtime: exit status 1",
    code.instructionFailed,
    1
  ],
  [
    "STEP 3/3: RUN [\"/bin/nosuch\"]\nprocess failed to start with error: fork/exec /bin/nosuch: no such file or directory\nprocess exited with error: exec: not started\nsubprocess exited with status 1\nError: building at STEP \"RUN /bin/nosuch\": exit status 1",
    code.instructionFailed,
    1
  ],
  [
    "STEP 3/3: RUN true\nError: building at STEP \"RUN true\": setting \"RLIMIT_NOFILE\" limit to soft=1048576,hard=1048576 (was soft=20000,hard=20000): operation not permitted",
    code.storageUnavailable
  ],
  [
    "STEP 2/2: COPY a /a\nError: building at STEP \"COPY a /a\": error in copier subprocess: EOF",
    code.storageUnavailable
  ],
  [
    "STEP 1/2: FROM h/b:1\nError: creating build container: could not find \"netavark\" in one of [/usr/libexec/podman].",
    code.storageUnavailable
  ],
  [
    "STEP 2/2: RUN dnf -y install x\nCurl error (6): Couldn't resolve host name\nsubprocess exited with status 1\nsubprocess exited with status 1\nError: building at STEP \"RUN dnf -y install x\": exit status 1",
    code.unknown,
    1
  ],
  [
    "STEP 2/2: RUN --mount=type=foo,target=/x true\nError: building at STEP \"RUN --mount=type=foo,target=/x true\": resolving mountpoints for container \"1\": invalid mount type \"foo\"",
    code.containerfileInvalid
  ],
  [
    "STEP 2/2: COPY --link a /a\nError: building at STEP \"COPY --link a /a\": COPY only supports the --chmod=<permissions> --chown=<uid:gid> and the --from=<image|stage> flags",
    code.containerfileInvalid
  ],
  [
    "STEP 2/2: COPY --from=5 a /a\nError: COPY --from=5: no stage or image found with that name",
    code.containerfileInvalid
  ],
  // The output ends without a line break, and looks like a step and an error: the instruction that the error quotes counts.
  [
    "STEP 2/3: RUN printf x\nxSTEP 3/3: RUN false\nsubprocess exited with status 1\nsubprocess exited with status 1\nError: building at STEP \"RUN false\": exit status 1",
    code.instructionFailed,
    1
  ],
  [
    "STEP 2/2: RUN printf x; exit 3\nxError: building at STEP \"RUN printf x; exit 3\": while running runtime: exit status 3",
    code.instructionFailed,
    3
  ],
  [
    "STEP 1/2: FROM h/n:1\nError: creating build container: initializing source docker://h/n:1: reading manifest 1 in h/n: manifest unknown: manifest unknown",
    code.imageNotFound
  ],
  [
    "STEP 1/2: FROM h/n:1\nError: creating build container: unable to copy from source docker://h/n:1: initializing source docker://h/n:1: reading manifest 1 in h/n: StatusCode: 503, \"\"", // 1.45
    code.pullFailed
  ],
  [
    "STEP 1/2: FROM h/n:1\nError: creating build container: initializing source docker://h/n:1: pinging container registry h: Get \"https://h/v2/\": dial tcp: lookup h: no such host",
    code.pullFailed
  ],
  [
    "STEP 2/2: COPY --from=h/q:1 /x /x\nTrying to pull h/q:1...\ntime=\"t\" level=warning msg=\"Failed, retrying in 2s ... (1/1). Error: dial tcp\"\nError: COPY --from=h/q:1: no stage or image found with that name",
    code.pullFailed
  ],
  ["STEP 2/2: COPY --from=q /x /x\nError: COPY --from=q: no stage or image found with that name", code.pullDenied],
  ["Error: mounting new container: creating overlay mount to /s/merged: invalid argument", code.storageUnavailable],
  [
    "Error: cannot set up namespace using \"/usr/bin/newuidmap\": exit status 1: newuidmap: write to uid_map failed: Operation not permitted",
    code.storageUnavailable
  ],
  ["Error: something that nobody has seen before", code.unknown],
  ["", code.unknown]
]

const registries: ReadonlyArray<readonly [said: string, kind: "denied" | "transient" | "credentials" | "storage"]> = [
  [
    "Error: initializing source docker://h/b:1: reading manifest 1 in h/b: unauthorized: authentication required",
    "denied"
  ],
  [
    "Error: initializing source docker://h/b:1: reading manifest 1 in h/b: denied: requested access to the resource is denied",
    "denied"
  ],
  [
    "Error: initializing source docker://h/b:1: unable to retrieve auth token: invalid username/password: unauthorized: bad credentials",
    "denied"
  ],
  [
    "Error: initializing source docker://h/b:1: reading manifest 1 in h/b: name unknown: repository name not known to registry",
    "denied"
  ],
  [
    "Error: choosing an image from manifest list docker://h/b:1: no image found in manifest list for architecture s390x",
    "denied"
  ],
  [
    "Error: pinging container registry h: Get \"https://h/v2/\": http: server gave HTTP response to HTTPS client",
    "denied"
  ],
  [
    "Error: pinging container registry h: Get \"https://h/v2/\": tls: failed to verify certificate: x509: certificate signed by unknown authority",
    "denied"
  ],
  ["Error: Source image rejected: Running image docker://h/b:1 is rejected by policy.", "denied"],
  [
    "Error: pinging container registry h: Get \"http://h/v2/\": dial tcp 127.0.0.1:9: connect: connection refused",
    "transient"
  ],
  ["Error: reading blob sha256:00: fetching blob: received unexpected HTTP status: 502 Bad Gateway", "transient"],
  ["Error: reading manifest 1 in h/b: toomanyrequests: You have reached your pull rate limit", "transient"],
  ["Error: writing blob: Patch \"https://h/v2/\": read tcp 10.0.0.1: connection reset by peer", "transient"],
  ["Error: writing manifest: uploading manifest 1 to h/os: denied", "denied"],
  ["Error: writing manifest: uploading manifest 1 to h/os: unsupported", "denied"],
  ["Error: writing blob: initiating layer upload: invalid status code from registry 403 (Forbidden)", "denied"],
  ["Error: unable to retrieve auth token: received unexpected HTTP status: 403 Forbidden", "denied"],
  ["Error: reading manifest 1 in h/b: received unexpected HTTP status: 404 Not Found", "denied"],
  [
    "Error: uploading manifest 1 to h/os: tag invalid: The image tag '1' already exists and cannot be overwritten",
    "denied"
  ],
  ["Error: uploading manifest 1 to h/os: StatusCode: 412, \"configured as immutable\"", "denied"],
  ["Error: uploading manifest 1 to h/os: manifest invalid: manifest invalid", "denied"],
  ["Error: writing blob: StatusCode: 413, \"Request Entity Too Large\"", "denied"],
  ["Error: uploading manifest 1 to h/os: received unexpected HTTP status: 415 Unsupported Media Type", "denied"],
  ["Error: reading manifest 1 in h/b: unknown: artifact acme/b:1 not found", "denied"],
  ["Error: unsupported image-specific operation on artifact with type \"application/vnd.cncf.helm\"", "denied"],
  ["Error: reading manifest 1 in h/b: StatusCode: 429, \"slow down\"", "transient"],
  ["Error: writing blob: received unexpected HTTP status: 408 Request Timeout", "transient"],
  ["Error: writing blob: StatusCode: 500, \"\"", "transient"],
  ["Error: getting username and password: 1 error occurred:\n\t* illegal base64 data at input byte 4", "credentials"],
  ["Error: writing blob: storing blob to file \"/w/tmp/1\": open /w/tmp/1: permission denied", "storage"]
]

/** What a function of the script says of each of these: all in one shell, since starting one takes long. */
const judge = (all: ReadonlyArray<string>, call: string) => {
  const code = all.map((_, index) =>
    `(SAID=$SAID_${index} termination=$work/message.${index}; printf '%s\\n' "$SAID" > "$said"
      status=125; ${call}) > /dev/null
    printf '%s %s\\n' "$?" "$(cat "$work/message.${index}")"`
  ).join("\n")
  const env = Object.fromEntries(all.map((said, index) => [`SAID_${index}`, said]))
  return withFunctions(["sh"], `kills_before=0; oom_kills() { echo 0; }\n${code}`, env).stdout.trimEnd().split("\n")
    .map((line) => {
      const space = line.indexOf(" ")
      return { status: Number(line.slice(0, space)), message: TerminationMessage.parse(line.slice(space + 1)) }
    })
}

describe("classification", { timeout: 120_000 }, () => {
  it("classification: classifies what stopped a build", () => {
    const verdicts = judge(builds.map(([said]) => said), "build_failed")
    for (const [index, [said, expected, exitCode]] of builds.entries()) {
      const verdict = verdicts[index]
      assert.strictEqual(verdict?.status, expected, said)
      assert.strictEqual(verdict?.message?.code, expected, said)
      assert.strictEqual(verdict?.message?.exitCode, exitCode, said)
      assert.isNotEmpty(verdict?.message?.text, said)
    }
  })

  for (
    const [verb, refused, transient] of [
      ["pull", code.pullDenied, code.pullFailed],
      ["push", code.pushDenied, code.pushFailed]
    ] as const
  ) {
    it(`classification: classifies what stopped a ${verb}`, () => {
      const expected = {
        denied: refused,
        transient,
        credentials: code.credentialsInvalid,
        storage: code.storageUnavailable
      }
      const verdicts = judge(registries.map(([said]) => said), `read_error; registry_failed ${refused} ${transient}`)
      for (const [index, [said, kind]] of registries.entries()) {
        assert.strictEqual(verdicts[index]?.status, expected[kind], said)
      }
    })
  }

  it("classification: a pull of what is not there, where a registry says so", () => {
    const said = [
      "reading manifest 1 in a/b: manifest unknown",
      "name unknown: repository name not known to registry",
      "unknown: artifact library/b:1 not found",
      "requested access to the resource is denied",
      "reading manifest 1 in a/b: toomanyrequests: manifest unknown",
      "(Mirrors also failed: [m/b:1: reading manifest 1 in m/b: manifest unknown]): a/b:1: reading manifest 1 in a/b: unauthorized"
    ]
    const verdicts = judge(said.map((text) => `Error: ${text}`), "read_error; registry_failed 12 13 26")
    assert.deepStrictEqual(verdicts.map((verdict) => verdict?.status), [26, 26, 26, 12, 13, 12])
  })

  it("classification: of buildah's copier the message has the cause, without the request of thousands of characters", () => {
    const request = `copier.request{Request:"GET", Root:"/", Directory:"/", Globs:[]string{"/abs"}, ${
      "StripXattrs:false, ".repeat(300)
    }RemoveOptions:copier.RemoveOptions{All:false}}`
    const cause = "copier: get: lstat \"/abs\"(\"/etc/passwd\"): lstat /etc/passwd: no such file or directory"
    const said = (cause: string) =>
      `STEP 2/3: COPY abs /c/\nError: building at STEP "COPY abs /c/": reading "/ctx/abs": ` +
      `error during bulk transfer for ${request}: ${cause}`
    const [missing, full] = judge([said(cause), said("copier: get: write: no space left on device")], "build_failed")
    assert.strictEqual(missing?.message?.text, `STEP 2/3: COPY abs /c/: reading "/ctx/abs": ${cause}`)
    assert.strictEqual(full?.status, code.outOfDisk)
  })

  it("classification: takes an instruction that ran out of memory for no fault of the user's", () => {
    const said = "STEP 2/2: RUN x\nError: building at STEP \"RUN x\": exit status 137"
    const [verdict] = judge([said], "oom_kills() { echo 3; }; build_failed")
    assert.strictEqual(verdict?.status, code.outOfMemory)
    assert.include(verdict?.message?.text, "memory")
  })

  it("classification: takes no output of a RUN for the error of a buildah that was killed or crashed", () => {
    const output = "STEP 2/2: RUN x\nError: dockerfile parse error line 3: unknown instruction: X\nError: syntax error"
    const crash = "panic: runtime error: invalid memory address"
    const all: ReadonlyArray<readonly [call: string, text: string]> = [
      ["status=137; build_failed", "buildah was killed by signal 9"],
      ["status=139; build_failed", "buildah was killed by signal 11"],
      ["status=2; build_failed", "buildah crashed with status 2"]
    ]
    for (const [call, text] of all) {
      for (const said of [output, `${output}\n${crash}`, crash]) {
        const [verdict] = judge([said], call)
        assert.deepStrictEqual([verdict?.status, verdict?.message?.text], [code.unknown, text], said)
      }
    }
    const [pull] = judge(["Error: manifest unknown"], "status=137; read_error; registry_failed 12 13")
    assert.strictEqual(pull?.status, code.pullFailed)
  })

  it("classification: a RUN that ends with the status of a killed or crashed program has failed", () => {
    for (const status of [2, 130, 200]) {
      const said = `STEP 2/2: RUN x\nError: building at STEP "RUN x": while running runtime: exit status ${status}`
      const [verdict] = judge([said], `status=${status}; build_failed`)
      assert.deepStrictEqual([verdict?.status, verdict?.message?.exitCode], [code.instructionFailed, status])
    }
  })

  it("output of a RUN: no line that it prints changes the verdict", () => {
    const { casePattern: _, disk: __, has: ___, runNetwork: ____, ...groups } = ErrorText
    const texts = Object.values(groups).flatMap(({ rows }) => rows.map(({ text }) => text))
    const line = FastCheck.oneof(
      FastCheck.constantFrom(...texts).map((text) => `Error: ${text}`),
      FastCheck.constantFrom(...texts),
      FastCheck.constantFrom(
        "STEP 9/9: COPY a /b",
        "[1/2] STEP 1/1: ADD http://h/x /x",
        "Error: building at STEP \"COPY a /b\": EOF",
        "Error: building at STEP \"ADD http://h/x /x\": dial tcp 10.0.0.1:80: connection refused",
        "subprocess exited on killed",
        "subprocess exited with status 1",
        "Failed, retrying in 2s ... (1/1)",
        "signal: killed",
        ""
      )
    )
    // The instruction may have the same words as its output.
    const instruction = FastCheck.oneof(
      FastCheck.constantFrom("RUN sh x.sh", "run sh x.sh"),
      line.map((text) => `RUN echo '${text}'; exit 3`)
    )
    const all = FastCheck.sample(
      FastCheck.record({ instruction, output: FastCheck.array(line, { minLength: 1, maxLength: 6 }) }),
      { numRuns: 60, seed: 10 }
    )
    const logs = all.map(({ instruction, output }) =>
      [
        `STEP 2/3: ${instruction}`,
        ...output,
        "subprocess exited with status 3",
        "subprocess exited with status 3",
        `Error: building at STEP "${instruction}": exit status 3`
      ].join("\n")
    )
    for (const [index, verdict] of judge(logs, "build_failed").entries()) {
      assert.deepStrictEqual(
        { code: verdict.status, exitCode: verdict.message?.exitCode, text: verdict.message?.text },
        { code: code.instructionFailed, exitCode: 3, text: `STEP 2/3: ${all[index]?.instruction}: exit status 3` },
        logs[index]
      )
    }
  })

  it("a missing file of a COPY: its name is in the message", () => {
    const said =
      "STEP 2/2: COPY a nosuch /x/\nError: building at STEP \"COPY a nosuch /x/\": checking on sources under \"/ctx\": copier: stat: \"/nosuch\": no such file or directory"
    assert.strictEqual(
      judge([said], "build_failed")[0]?.message?.text,
      "STEP 2/2: COPY a nosuch /x/: checking on sources under \"/ctx\": copier: stat: \"/nosuch\": no such file or directory"
    )
  })

  it("one user id alone: the script ends before anything is built", () => {
    const probe = (map: string) =>
      withFunctions(
        ["sh"],
        "user=1000; buildah() { printf '%s\\n' \"$MAP\"; }; check_user_ids; echo goes on",
        {
          MAP: map
        }
      )
    const single = probe("         0       1000          1")
    assert.strictEqual(single.message?.code, code.storageUnavailable)
    assert.match(
      single.message?.text ?? "",
      /newuidmap and newgidmap need the file capabilities .*allowPrivilegeEscalation/
    )
    assert.include(probe("         0       1000          1\n         1     100000      65536").stdout, "goes on")
    assert.include(probe("         0          0 4294967295").stdout, "goes on")
    assert.include(probe("").stdout, "goes on")
  })

  it("classification: names the step and the cause", () => {
    const said =
      "STEP 2/2: RUN echo \": \"; exit 14\nError: building at STEP \"RUN echo \": \"; exit 14\": exit status 14"
    assert.strictEqual(
      judge([said], "build_failed")[0]?.message?.text,
      "STEP 2/2: RUN echo \": \"; exit 14: exit status 14"
    )
  })
})
