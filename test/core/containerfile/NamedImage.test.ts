import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { BuildInput, Containerfile } from "effect-os-builder"

const text = (...lines: ReadonlyArray<string>): string => [...lines, ""].join("\n")

const base = { BASE_IMAGE: "quay.io/acme/os:1" }

const named = (containerfile: string, values: Readonly<Record<string, string>> = {}, target?: string) => {
  const { images, root } = Containerfile.namedImages(containerfile, values, target)
  return { images: images.map(({ isBase, name }) => isBase ? name : `(${name})`), root }
}

describe("namedImages", () => {
  const cases: ReadonlyArray<
    readonly [
      string,
      string,
      Readonly<Record<string, string>>,
      ReadonlyArray<string>,
      string | undefined
    ]
  > = [
    ["a plain name", text("FROM quay.io/a/b:1"), {}, ["quay.io/a/b:1"], "quay.io/a/b:1"],
    ["scratch", text("FROM scratch", "COPY a /"), {}, [], undefined],
    ["the base image", text("ARG BASE_IMAGE", "FROM ${BASE_IMAGE}"), base, ["quay.io/acme/os:1"], "quay.io/acme/os:1"],
    [
      "a default",
      text("ARG TAG=2", "ARG IMAGE=quay.io/a/b:${TAG}", "FROM $IMAGE"),
      {},
      ["quay.io/a/b:2"],
      "quay.io/a/b:2"
    ],
    ["a given value instead of a default", text("ARG TAG=2", "FROM quay.io/a/b:$TAG"), { TAG: "3" }, [
      "quay.io/a/b:3"
    ], "quay.io/a/b:3"],
    ["a default in quotes", text("ARG IMAGE=\"quay.io/a/b\"", "FROM ${IMAGE}"), {}, ["quay.io/a/b"], "quay.io/a/b"],
    ["a default in FROM", text("ARG X", "FROM ${X:-quay.io/a/b}"), {}, ["quay.io/a/b"], "quay.io/a/b"],
    ["what is not declared", text("FROM quay.io/a/b:${TARGETARCH}"), {}, [], undefined],
    [
      "stages",
      text("FROM quay.io/a/one AS one", "FROM one AS two", "RUN x", "FROM two"),
      {},
      ["quay.io/a/one"],
      "quay.io/a/one"
    ],
    [
      "a stage that nothing needs",
      text("FROM quay.io/a/unused AS unused", "FROM quay.io/a/b"),
      {},
      ["quay.io/a/b"],
      "quay.io/a/b"
    ],
    [
      "a stage that COPY and RUN need",
      text(
        "FROM quay.io/a/one AS one",
        "FROM quay.io/a/two",
        "FROM quay.io/a/b",
        "COPY --from=one /a /",
        "RUN --mount=from=1 x"
      ),
      {},
      ["quay.io/a/one", "quay.io/a/two", "quay.io/a/b"],
      "quay.io/a/b"
    ],
    [
      "images that no stage starts from",
      text("FROM scratch", "COPY --from=quay.io/a/c /a /", "RUN --mount=type=bind,from=quay.io/a/d,target=/d x"),
      {},
      ["(quay.io/a/c)", "(quay.io/a/d)"],
      undefined
    ],
    [
      "another platform",
      text("FROM --platform=linux/amd64 quay.io/a/go AS go", "FROM quay.io/a/b", "COPY --from=go /a /"),
      {},
      ["(quay.io/a/go)", "quay.io/a/b"],
      "quay.io/a/b"
    ],
    ["a transport", text("FROM docker-archive:/x.tar"), {}, [], undefined],
    ["names of stages with variables", text("ARG A", "FROM quay.io/a/b AS $A", "FROM b"), {}, [], undefined],
    ["nothing", "", {}, [], undefined]
  ]
  for (const [title, containerfile, values, images, root] of cases) {
    it(`namedImages: ${title}`, () => {
      assert.deepStrictEqual(named(containerfile, values), { images, root })
    })
  }

  it("namedImages: those of a target", () => {
    const containerfile = text("FROM quay.io/a/one AS one", "FROM quay.io/a/two AS two")
    assert.deepStrictEqual(named(containerfile, {}, "one").images, ["quay.io/a/one"])
    assert.deepStrictEqual(named(containerfile, {}, "0").images, ["quay.io/a/one"])
    assert.deepStrictEqual(named(containerfile).images, ["quay.io/a/two"])
  })
})

const issues = (options: Omit<BuildInput.Options, "finalImage">): ReadonlyArray<string> =>
  Effect.runSync(Effect.match(BuildInput.make({ finalImage: { pullspec: "quay.io/acme/os:1" }, ...options }), {
    onFailure: (rejected) => rejected.issues.map(String),
    onSuccess: () => []
  }))

describe("an input without a base image", () => {
  const cases: ReadonlyArray<readonly [string, string, ReadonlyArray<number>]> = [
    ["FROM with an ARG", text("ARG BASE_IMAGE", "FROM ${BASE_IMAGE}"), [2]],
    ["COPY --from with an ARG", text("ARG BASE_IMAGE", "FROM quay.io/a/b", "COPY --from=$BASE_IMAGE /a /"), [3]],
    ["an ARG of a stage", text("FROM quay.io/a/b", "ARG BASE_IMAGE", "RUN echo $BASE_IMAGE"), [2]],
    ["an ARG made of it", text("ARG BASE_IMAGE", "ARG X=${BASE_IMAGE}", "FROM $X"), [2]],
    ["a default of the ARG", text("ARG BASE_IMAGE=quay.io/a/b", "FROM ${BASE_IMAGE}"), []],
    ["a default in FROM", text("ARG BASE_IMAGE", "FROM ${BASE_IMAGE:-quay.io/a/b}"), []],
    ["an ARG that nothing uses", text("ARG BASE_IMAGE", "FROM quay.io/a/b"), []],
    ["no ARG", text("FROM quay.io/a/b"), []]
  ]
  for (const [title, dockerfile, lines] of cases) {
    it(`an input without a base image: ${title}`, () => {
      const found = issues({ dockerfile })
      assert.strictEqual(found.length, lines.length, found.join("\n"))
      found.forEach((issue, index) => {
        assert.include(issue, `line ${lines[index]}`)
        assert.include(issue, "uses BASE_IMAGE, and baseImage is not given; give it, or give the ARG a default")
      })
      assert.deepStrictEqual(issues({ dockerfile, baseImage: { pullspec: "quay.io/a/b" } }), [])
    })
  }

  it("an input without a base image: has a fingerprint of its own", () => {
    const of = (options: Partial<BuildInput.Options>) =>
      BuildInput.fingerprint(Effect.runSync(BuildInput.make({
        dockerfile: "FROM quay.io/a/b",
        finalImage: { pullspec: "quay.io/acme/os:1" },
        ...options
      })))
    assert.notStrictEqual(of({}), of({ baseImage: { pullspec: "quay.io/a/b" } }))
    assert.strictEqual(of({}), of({ pullSecretName: "pulls" }))
  })

  it("pullSecretName: is not given beside the secret of the base", () => {
    const dockerfile = "FROM quay.io/a/b"
    assert.deepStrictEqual(issues({ dockerfile, pullSecretName: "pulls" }), [])
    assert.deepStrictEqual(issues({ dockerfile, pullSecretName: "pulls", baseImage: { pullspec: "quay.io/a/b" } }), [])
    assert.deepStrictEqual(
      issues({ dockerfile, pullSecretName: "pulls", baseImage: { pullspec: "quay.io/a/b", secretName: "base" } }),
      [
        "pullSecretName: is given beside baseImage.secretName, and a build has one pull secret; put the credentials of all " +
        "registries into one secret"
      ]
    )
  })
})
