import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { ImagePullspec } from "effect-os-builder"

const sha256 = `sha256:${"0123456789abcdef".repeat(4)}`

describe("parse", () => {
  const right: ReadonlyArray<readonly [string, ImagePullspec.Parts]> = [
    ["quay.io/acme/os:4.18", {
      host: "quay.io",
      registry: "quay.io",
      path: "acme/os",
      repository: "quay.io/acme/os",
      tag: "4.18"
    }],
    ["registry.example:5000/os", {
      host: "registry.example",
      port: 5000,
      registry: "registry.example:5000",
      path: "os",
      repository: "registry.example:5000/os"
    }],
    [`localhost/a__b/c--d.e:_T@${sha256}`, {
      host: "localhost",
      registry: "localhost",
      path: "a__b/c--d.e",
      repository: "localhost/a__b/c--d.e",
      tag: "_T",
      digest: sha256
    }],
    [`[::1]:5000/os@${sha256}`, {
      host: "[::1]",
      port: 5000,
      registry: "[::1]:5000",
      path: "os",
      repository: "[::1]:5000/os",
      digest: sha256
    }],
    ["127.0.0.1/os", { host: "127.0.0.1", registry: "127.0.0.1", path: "os", repository: "127.0.0.1/os" }]
  ]

  it("parse: takes a pullspec apart", () => {
    for (const [pullspec, parts] of right) {
      assert.deepStrictEqual(ImagePullspec.parse(pullspec), Either.right(parts), pullspec)
    }
  })

  it("parse: says what is wrong", () => {
    const wrong: ReadonlyArray<readonly [string, string]> = [
      ["", "must not be empty"],
      [" quay.io/a", "must not contain spaces"],
      ["docker://quay.io/a", "must not begin with a scheme"],
      ["fedora:40", "must include a registry, for example docker.io/library/fedora:40"],
      ["fedora/httpd", "must include a registry, for example docker.io/fedora/httpd"],
      ["quay.io/", "has a registry but no image"],
      ["-a.io/b", "has an invalid registry host"],
      ["a_b.io/c", "has an invalid registry host"],
      ["quay.io:0/a", "has an invalid port"],
      ["quay.io:65536/a", "has an invalid port"],
      ["quay.io:/a", "has an invalid port"],
      ["quay.io/Acme/os", "has capital letters in its path"],
      ["quay.io/a//b", "has an invalid path"],
      ["quay.io/a___b", "has an invalid path"],
      ["quay.io/-a", "has an invalid path"],
      [`quay.io/${"a".repeat(256)}`, "has a path of more than 255"],
      ["quay.io/a:", "has an invalid tag"],
      ["quay.io/a:-b", "has an invalid tag"],
      [`quay.io/a:${"b".repeat(129)}`, "has an invalid tag"],
      ["quay.io/a@", "has an unsupported digest algorithm"],
      [`quay.io/a@md5:${"0".repeat(32)}`, "has an unsupported digest algorithm"],
      ["quay.io/a@sha256:00", "has an invalid sha256 digest"],
      [`quay.io/a@${sha256.toUpperCase()}`, "has an unsupported digest algorithm"],
      [`quay.io/a@${sha256}@${sha256}`, "has an invalid sha256 digest"],
      [`quay.io/${"a/".repeat(600)}b`, "is longer than 1024"]
    ]
    for (const [pullspec, problem] of wrong) {
      const result = ImagePullspec.parse(pullspec)
      assert.isTrue(Either.isLeft(result), pullspec)
      if (Either.isLeft(result)) assert.include(result.left, problem, pullspec)
    }
  })

  it.prop("parse: puts the parts together again", [ImagePullspec.ImagePullspec], ([pullspec]) => {
    const { digest, host, path, port, tag } = Either.getOrThrow(ImagePullspec.parse(pullspec))
    const registry = port === undefined ? host : `${host}:${port}`
    const suffix = `${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`
    assert.strictEqual(`${registry}/${path}${suffix}`, pullspec)
  })
})

it.prop("ImagePullspec: repository is what parse says it is", [ImagePullspec.ImagePullspec], ([pullspec]) => {
  assert.strictEqual(
    ImagePullspec.repository(pullspec),
    Either.getOrThrow(ImagePullspec.parse(pullspec)).repository
  )
})

it("ImagePullspec: isLoopback knows this machine from others", () => {
  for (const host of ["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "::1", "[::1]", "[0:0:0:0:0:0:0:1]"]) {
    assert.isTrue(ImagePullspec.isLoopback(host), host)
  }
  for (
    const host of ["quay.io", "127.0.0.1.example", "localhost.example", "128.0.0.1", "[::2]", "::", "[::1]:5000", ":1"]
  ) {
    assert.isFalse(ImagePullspec.isLoopback(host), host)
  }
})
