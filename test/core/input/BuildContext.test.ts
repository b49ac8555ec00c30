import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { BuildInput } from "effect-os-builder"
import * as BuildContext from "../../../src/core/input/BuildContext.js"
import { gitRef, gitUrl } from "../../../src/core/input/GitSource.js"

const least = {
  dockerfile: "FROM quay.io/acme/base:1\nCOPY motd /etc/motd\n",
  baseImage: { pullspec: "quay.io/acme/base:1" },
  finalImage: { pullspec: "quay.io/acme/os:1" }
}

const { dockerfile: _dockerfile, ...withoutContainerfile } = least

const digest = `sha256:${"0a".repeat(32)}`
const commit = "1f".repeat(20)

const git = { url: "https://git.example.com/acme/os.git" }

const issues = (input: unknown): ReadonlyArray<string> =>
  Effect.runSync(Effect.match(BuildInput.decode(input), {
    onFailure: (rejected) => rejected.issues.map(String),
    onSuccess: () => []
  }))

const fingerprint = (more: object) =>
  Effect.runSync(Effect.map(BuildInput.decode({ ...least, ...more }), BuildInput.fingerprint))

describe("context from elsewhere", () => {
  for (
    const context of [
      { git: { ...git, ref: "main", commit, subPath: "images/os", secretName: "git" } },
      { git: { url: "git@git.example.com:acme/os.git", secretName: "git" } },
      { image: { pullspec: `quay.io/acme/context@${digest}`, secretName: "pull" } },
      { upload: { directory: "/srv/context", digest: `sha256:${"0a".repeat(32)}` } }
    ]
  ) {
    it(`context from elsewhere: ${JSON.stringify(context).slice(0, 40)} survives JSON, and COPY names no missing file`, () => {
      const input = Effect.runSync(BuildInput.decode({ ...least, context }))
      assert.deepStrictEqual(input.context, context)
      assert.deepStrictEqual(Schema.encodeSync(BuildInput.BuildInput)(input).context, context)
      assert.deepStrictEqual(Effect.runSync(BuildInput.make({ ...least, context })), input)
      assert.isTrue(BuildContext.isElsewhere(input.context))
      assert.deepStrictEqual(BuildContext.files(input.context), {})
    })
  }

  it("context from elsewhere: files of those names are files", () => {
    const context = { git: "text", image: { base64: "AA==" }, upload: { directory: true }, motd: { link: "git" } }
    const input = Effect.runSync(BuildInput.decode({ ...least, context }))
    assert.deepStrictEqual(input.context, {
      git: "text",
      image: new Uint8Array([0]),
      upload: { directory: true, mode: 0o755 },
      motd: { link: "git" }
    })
    assert.isFalse(BuildContext.isElsewhere(input.context))
  })

  it("context from elsewhere: every mistake is reported at its path", () => {
    assert.deepStrictEqual(
      issues({
        ...least,
        context: {
          git: {
            url: "http://git.example.com/a",
            ref: "-x",
            commit: "1f",
            subPath: "../a",
            secretName: "A",
            branch: "b"
          },
          motd: ""
        }
      }),
      [
        "context.motd: is not known here; the fields are git",
        "context.git.branch: is not known here; the fields are url, ref, commit, subPath, secretName",
        "context.git.url: must not use http, over which anyone on the way can change what is built; use https or ssh",
        "context.git.ref: must not begin with a dash",
        "context.git.commit: must be a full commit: 40 or 64 lower-case hexadecimal digits",
        "context.git.subPath: must not contain a \".\" or \"..\" segment",
        "context.git.secretName: must be a valid Kubernetes name: lower-case letters, digits, \"-\" and \".\"; each part must start and end with a letter or digit"
      ]
    )
    assert.deepStrictEqual(issues({ ...least, context: { git: {} } }), ["context.git.url: is required"])
    assert.deepStrictEqual(issues({ ...least, context: { git: { url: "git@git.example.com:os" } } }), [
      "context.git.secretName: is required for ssh: a secret with ssh-privatekey and known_hosts"
    ])
    assert.deepStrictEqual(issues({ ...least, context: { image: { pullspec: "quay.io/acme/context:1" } } }), [
      "context.image.pullspec: must have a digest, because a tag may name another image at the next attempt"
    ])
    assert.deepStrictEqual(issues({ ...least, context: { upload: { directory: "", digest: "sha256:1" } } }), [
      "context.upload.directory: must not be empty",
      "context.upload.digest: must be sha256: and 64 digits, as ContextUpload.read computes it"
    ])
  })

  it("context from elsewhere: a commit that is given is the one that ref names", () => {
    assert.deepStrictEqual(issues({ ...least, context: { git: { ...git, ref: "2a".repeat(20), commit } } }), [
      "context.git.commit: is not the commit that ref is"
    ])
  })
})

describe("dockerfilePath", () => {
  it("dockerfilePath: takes the place of dockerfile", () => {
    assert.deepStrictEqual(
      issues({ ...withoutContainerfile, dockerfilePath: "images/Containerfile", context: { git } }),
      []
    )
  })

  it("dockerfilePath: exactly one of the two is accepted, and the path only with a context from elsewhere", () => {
    const both = "dockerfilePath: must be left out, because dockerfile has the text"
    const needs = "dockerfilePath: names a file of a context from git or an image; give the text as dockerfile"
    assert.deepStrictEqual(issues({ ...least, dockerfilePath: "a", context: { git } }), [both])
    assert.deepStrictEqual(issues({ ...withoutContainerfile, context: { git } }), ["dockerfile: is required"])
    assert.deepStrictEqual(issues({ ...withoutContainerfile, dockerfilePath: "a" }), [needs])
    assert.deepStrictEqual(issues({ ...withoutContainerfile, dockerfilePath: "../a", retries: -1 }), [
      needs,
      "dockerfilePath: must not contain a \".\" or \"..\" segment",
      "retries: must be a whole number from 0 to 10"
    ])
  })
})

describe("fingerprint of a context from elsewhere", () => {
  it("fingerprint of a context from elsewhere: covers URL, commit and directory, and no secret", () => {
    const of = (more: object) => fingerprint({ context: { git: { ...git, ...more } } })
    const all = [of({}), of({ ref: "main" }), of({ commit }), of({ commit, subPath: "a" }), of({ url: `${git.url}x` })]
    assert.strictEqual(new Set(all).size, all.length)
    // Once the commit is known, its name does not count.
    assert.strictEqual(of({ ref: "main", commit }), of({ commit }))
    assert.strictEqual(of({ ref: commit }), of({ commit }))
    assert.strictEqual(of({ commit, secretName: "a" }), of({ commit }))
  })

  it("fingerprint of a context from elsewhere: covers the image and the path of the Containerfile", () => {
    const image = (hex: string, more = {}) => ({
      context: { image: { pullspec: `quay.io/acme/context@sha256:${hex.repeat(32)}`, ...more } }
    })
    assert.notStrictEqual(fingerprint(image("0a")), fingerprint(image("0b")))
    assert.strictEqual(fingerprint(image("0a", { secretName: "a" })), fingerprint(image("0a")))
    const path = (dockerfilePath: string) => fingerprint({ dockerfile: undefined, dockerfilePath, context: { git } })
    assert.notStrictEqual(path("a"), path("b"))
    assert.notStrictEqual(path("a"), fingerprint({ context: { git } }))
  })
})

describe("rules of git", () => {
  it("rules of git: URLs of https and ssh without credentials", () => {
    const accepted = [
      "https://git.example.com/acme/os.git",
      "https://git.example.com:8443/acme/os",
      "https://[::1]:8443/os",
      "ssh://git@git.example.com/acme/os.git",
      "ssh://git.example.com:2222/acme/os.git",
      "git@github.com:acme/os.git",
      "host:os"
    ]
    assert.deepStrictEqual(accepted.map(gitUrl), accepted.map(() => undefined))
    for (
      const url of [
        "",
        "/srv/os.git",
        "file:///srv/os.git",
        "http://git.example.com/os",
        "git://git.example.com/os",
        "ext::sh -c id",
        "ext::id",
        "fd::3",
        "https://user:secret@git.example.com/os",
        "https://token@git.example.com/os",
        "ssh://git:secret@git.example.com/os",
        "ssh://-oProxyCommand=id/os",
        "-oProxyCommand=id:os",
        "git@-oProxyCommand=id:os",
        "https://git.example.com/os?x=1",
        "https://git.example.com/os#main",
        "https://git.example.com",
        "https:///os",
        "https://git.example.com/os\nx",
        "https://git.example.com/a b",
        "https://git.example.com/a/../b"
      ]
    ) assert.isString(gitUrl(url), url)
  })

  it("rules of git: refs as git accepts them, and nothing that git takes for an option or a revision", () => {
    const accepted = ["main", "v1.2", "refs/heads/a/b", "refs/pull/12/head", "feature/é", commit, "HEAD", "a-b_c"]
    assert.deepStrictEqual(accepted.map(gitRef), accepted.map(() => undefined))
    for (
      const ref of [
        "",
        "-x",
        "a b",
        "a..b",
        "a~1",
        "a^",
        "a:b",
        "a?",
        "a*",
        "a[",
        "a\\b",
        "@",
        "a@{1}",
        "/a",
        "a/",
        "a//b"
      ]
        .concat(["a.", "a.lock", "a.lock/b", ".a", "a/.b", "a\nb", "1F".repeat(20)])
    ) assert.isString(gitRef(ref), ref)
  })
})
