import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { BuildInput } from "effect-os-builder"
import type { HostInfo } from "../../../src/backends/local/HostInfo.js"
import * as LocalUnsupported from "../../../src/backends/local/LocalUnsupported.js"

const unsupported = (
  options: Partial<BuildInput.Options>,
  machine: HostInfo,
  settings?: Parameters<typeof LocalUnsupported.issues>[2]
) =>
  Effect.map(
    BuildInput.make({
      dockerfile: "FROM scratch",
      baseImage: { pullspec: "127.0.0.1:5000/base:1" },
      finalImage: { pullspec: "127.0.0.1:5000/os:1" },
      ...options
    }),
    (input) => LocalUnsupported.issues(input, machine, settings).map(String)
  )

const old: HostInfo = { architecture: "amd64", buildah: [1, 28] }
const recent: HostInfo = { architecture: "arm64", buildah: [1, 41] }

describe("Unsupported", () => {
  it.effect("Unsupported: objects to nothing that a machine can do", () =>
    Effect.gen(function*() {
      const options = {
        resources: { memory: "1Gi" },
        objectLabels: { a: "b" },
        dockerfile: "FROM a\nRUN <<EOF\ntrue\nEOF\nCOPY <<\"EOF\" /x\n$y\nEOF"
      }
      assert.deepStrictEqual(yield* unsupported({ ...options, architecture: "amd64" }, old), [])
      assert.deepStrictEqual(yield* unsupported({ ...options, architecture: "arm64" }, recent), [])
    }))

  it.effect("Unsupported: objects to a machine without a buildah that will do", () =>
    Effect.gen(function*() {
      assert.match((yield* unsupported({}, { ...old, buildah: undefined })).join(), /buildah is not installed/)
      assert.match((yield* unsupported({}, { ...old, buildah: [1, 9] })).join(), /buildah 1\.9 is too old/)
      assert.deepStrictEqual(yield* unsupported({}, { ...old, buildah: [2, 0] }), [])
    }))

  it.effect("a registry on an IPv6 address: refused, since no buildah reads its name", () =>
    Effect.gen(function*() {
      const finalImage = { pullspec: "[::1]:5000/os:1" }
      assert.deepStrictEqual(yield* unsupported({ finalImage }, recent), [
        "finalImage.pullspec: has an IPv6 address as its registry, which buildah cannot read; use a host name"
      ])
    }))

  it.effect("Unsupported: objects to what needs a cluster or another machine, all at once", () =>
    Effect.gen(function*() {
      const issues = yield* unsupported({
        architecture: "s390x",
        placement: { tolerations: [{ operator: "Exists" }] },
        queueName: "q"
      }, recent)
      assert.deepStrictEqual(issues.map((issue) => issue.replace(/:.*/s, "")), [
        "architecture",
        "placement",
        "queueName"
      ])
      assert.match(issues.join(), /s390x.*arm64/)
    }))

  it.effect("features that this buildah lacks: refused with their line and the release that has them", () =>
    Effect.gen(function*() {
      const dockerfile = "FROM a\n\nRUN --mount=type=tmpfs,dst=/tmp true\nADD https://example.com/x.git /src"
      assert.deepStrictEqual(
        (yield* unsupported({ dockerfile }, old)).map((issue) => issue.replace(/ or later:.*;/, " …;")),
        [
          "dockerfile (line 3): RUN --mount=type=tmpfs needs buildah 1.31 …; this machine has buildah 1.28",
          "dockerfile (line 4): ADD git needs buildah 1.38 …; this machine has buildah 1.28"
        ]
      )
      assert.deepStrictEqual(yield* unsupported({ dockerfile }, recent), [])
    }))

  it.effect("timestamp and compression: refused with a buildah that cannot, by the release that can", () =>
    Effect.gen(function*() {
      const options = { timestamp: 0, compression: "zstd:chunked" } as const
      assert.deepStrictEqual(yield* unsupported(options, recent), [])
      assert.deepStrictEqual(yield* unsupported(options, old), [
        "compression: zstd:chunked needs buildah 1.38 or later; this machine has buildah 1.28"
      ])
      const message =
        "timestamp: with the docker format needs buildah 1.41 or later: an older one writes a container's id " +
        "into the image; this machine has buildah 1.28"
      assert.deepStrictEqual(yield* unsupported({ timestamp: 0, format: "docker" }, old), [message])
      assert.deepStrictEqual(yield* unsupported({ timestamp: 0, dockerfile: "FROM a\nHEALTHCHECK NONE" }, old), [
        message
      ])
      assert.deepStrictEqual(yield* unsupported({ timestamp: 0, format: "docker" }, recent), [])
    }))

  it.effect("format: the one of the settings counts where the input names none", () =>
    Effect.gen(function*() {
      const options = { annotations: { a: "b" } }
      const docker = { isolation: "chroot", format: "docker" } as const
      assert.deepStrictEqual(yield* unsupported(options, recent, docker), [
        "annotations: requires an image of the OCI format, and format is docker; remove one of the two"
      ])
      assert.deepStrictEqual(yield* unsupported({ ...options, format: "oci" }, recent, docker), [])
    }))

  it.effect("Unsupported: objects to a shift with blanks, which buildah takes for a heredoc", () =>
    Effect.gen(function*() {
      const dockerfile = "FROM a\nRUN echo $(( 1 << 4 ))"
      const issues = yield* unsupported({ dockerfile }, recent)
      assert.match(issues.join(), /^dockerfile \(line 2\): the heredoc is not closed.*write it without blanks/)
    }))

  it.effect("Unsupported: objects to heredocs to expand only where buildah knows none", () =>
    Effect.gen(function*() {
      const dockerfile = "FROM a\nCOPY <<EOF /x\n$y\nEOF"
      assert.match((yield* unsupported({ dockerfile }, old)).join(), /^dockerfile \(line 2\): COPY <<EOF/)
      assert.deepStrictEqual(yield* unsupported({ dockerfile }, recent), [])
    }))
})
