import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Schema } from "effect"
import { BuildInput } from "effect-os-builder"

const least: BuildInput.Options = {
  dockerfile: "FROM scratch",
  baseImage: { pullspec: "quay.io/acme/base:1" },
  finalImage: { pullspec: "quay.io/acme/os:1" }
}

const made = (options: Partial<BuildInput.Options>) => Effect.runSync(BuildInput.make({ ...least, ...options }))

const issues = (options: object) =>
  Effect.runSync(
    Effect.match(BuildInput.decode({ ...least, ...options }), {
      onFailure: ({ issues }) => issues.map(String),
      onSuccess: () => []
    })
  )

const same = (...inputs: ReadonlyArray<Partial<BuildInput.Options>>) =>
  assert.strictEqual(new Set(inputs.map((input) => BuildInput.fingerprint(made(input)))).size, 1)

describe("Output", () => {
  it("fingerprint: absent, empty and default fields are one, and so are names in any order", () => {
    same({}, { tags: [], annotations: {}, format: "auto" })
    same(
      { tags: ["2", "quay.io/acme/other"] },
      { tags: ["quay.io/acme/other:latest", "quay.io/acme/os:2"] }
    )
    same({ compression: "zstd" }, { compression: { algorithm: "zstd" } })
    same({ timestamp: 1_700_000_000 }, { timestamp: "2023-11-14T22:13:20Z" }, {
      timestamp: DateTime.unsafeMake("2023-11-14T23:13:20+01:00")
    })
  })

  it("tags: each names a digest of its own registry once", () => {
    assert.deepStrictEqual(issues({ tags: ["latest", "quay.io/acme/os:2", "quay.io/other/os"] }), [])
    assert.deepStrictEqual(issues({ tags: ["", "a b", "x@sha256:0", "quay.io/Acme"] }), [
      "tags[0]: must not be empty; use a tag, or registry/path:tag",
      "tags[1]: must not contain spaces",
      "tags[2]: must not have a digest, which is known only when the image is pushed",
      "tags[3]: has capital letters in its path; only lower case is allowed"
    ])
    assert.deepStrictEqual(issues({ tags: ["1", "2", "quay.io/acme/os:2", "docker.io/acme/os:1"] }), [
      "tags[0]: names the image again, as finalImage or an earlier tag does; remove it",
      "tags[2]: names the image again, as finalImage or an earlier tag does; remove it",
      "tags[3]: is in another registry than finalImage, whose secret and layers it shares; copy the image there by its " +
      "digest after the build"
    ])
    const many = Array.from({ length: 33 }, (_, index) => `t${index}`)
    assert.deepStrictEqual(issues({ tags: many }), ["tags: has 33 names; at most 32 are allowed"])
  })

  it("annotations: names and values as labels have them", () => {
    assert.deepStrictEqual(issues({ annotations: { "": "", "a=b": "", c: "$x\n" } }), [
      "annotations[\"\"]: must not be empty",
      "annotations[\"a=b\"]: must not contain \"=\""
    ])
  })

  it("compression: an algorithm, and a level that it has", () => {
    assert.deepStrictEqual(made({ compression: "zstd:chunked" }).compression, { algorithm: "zstd:chunked" })
    assert.deepStrictEqual(made({ compression: { algorithm: "zstd", level: 20 } }).compression, {
      algorithm: "zstd",
      level: 20
    })
    assert.deepStrictEqual(issues({ compression: "xz" }).length, 1)
    assert.deepStrictEqual(issues({ compression: JSON.parse("null") }), [
      "compression: must be \"gzip\" or \"zstd\" or \"zstd:chunked\""
    ])
    assert.deepStrictEqual(issues({ compression: { algorithm: "gzip", level: 10 } }), [
      "compression.level: must be at most 9 for gzip"
    ])
    assert.deepStrictEqual(issues({ compression: { algorithm: "zstd", level: 0 } }), [
      "compression.level: must be a whole number from 1 to 20"
    ])
  })

  it("timestamp: whole seconds from 1970 to 9999, stored as text", () => {
    const encode = Schema.encodeSync(BuildInput.BuildInput)
    assert.strictEqual(encode(made({ timestamp: 0 })).timestamp, "1970-01-01T00:00:00.000Z")
    assert.deepStrictEqual(made({ timestamp: 0 }).timestamp, DateTime.unsafeMake(0))
    for (const timestamp of [-1, 0.5, Number.NaN, 253_402_300_800, "soon", "2026-11-29", "2026-11-29T12:00:00.5Z"]) {
      assert.deepStrictEqual(issues({ timestamp }), [
        "timestamp: must be whole seconds since 1970, or a time such as 2026-11-29T12:00:00Z without fractions of a second"
      ])
    }
    assert.deepStrictEqual(issues({ timestamp: JSON.parse("{}") }), [
      "timestamp: must be whole seconds since 1970, or a time such as 2026-11-29T12:00:00Z, not an object"
    ])
    assert.deepStrictEqual(issues({ timestamp: 0, buildArgs: { SOURCE_DATE_EPOCH: "0" } }), [
      "buildArgs.SOURCE_DATE_EPOCH: is set by timestamp; remove one of the two"
    ])
  })

  it("format: oci with an instruction that it drops is rejected with the line", () => {
    const dockerfile = "FROM scratch\nSHELL [\"/bin/sh\"]\nHEALTHCHECK NONE\nONBUILD RUN x"
    assert.deepStrictEqual(issues({ dockerfile }), [])
    assert.deepStrictEqual(issues({ dockerfile, format: "docker" }), [])
    assert.deepStrictEqual(
      issues({ dockerfile, format: "oci" }),
      [[2, "SHELL"], [3, "HEALTHCHECK"], [4, "ONBUILD"]].map(([line, keyword]) =>
        `dockerfile (line ${line}): ${keyword} has no effect in an image of the OCI format; remove format, or set it to docker`
      )
    )
  })

  it("format: what the docker format lacks is rejected, also where the Containerfile chooses it", () => {
    const options = { annotations: { a: "b" }, compression: "zstd" }
    assert.deepStrictEqual(issues(options), [])
    assert.deepStrictEqual(issues({ ...options, format: "docker" }), [
      "annotations: requires an image of the OCI format, and format is docker; remove one of the two",
      "compression: zstd requires an image of the OCI format, and format is docker; remove one of the two"
    ])
    const why =
      "requires an image of the OCI format, and HEALTHCHECK in line 2 of the Containerfile needs the docker format"
    assert.deepStrictEqual(issues({ ...options, dockerfile: "FROM scratch\nHEALTHCHECK NONE" }), [
      `annotations: ${why}`,
      `compression: zstd ${why}`
    ])
    assert.deepStrictEqual(issues({ compression: { algorithm: "gzip", level: 1 }, format: "docker" }), [])
  })
})
