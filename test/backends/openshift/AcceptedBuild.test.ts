import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, FastCheck as fc } from "effect"
import { BuildInput } from "effect-os-builder"
import * as BuildManifest from "../../../src/backends/openshift/BuildManifest.js"
import * as OpenShiftUnsupported from "../../../src/backends/openshift/OpenShiftUnsupported.js"
import * as BuildContext from "../../../src/core/input/BuildContext.js"
import * as KubernetesName from "../../../src/core/input/KubernetesName.js"
import * as OpenShiftKinds from "../../../src/fake/kinds/OpenShiftKinds.js"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import { input } from "../../support/Builds.js"
import { type Api, api, bare } from "../../support/FakeApi.js"

const builds = "/apis/build.openshift.io/v1/namespaces/ns/builds"

const manifest = (given: BuildInput.BuildInput): JsonObject => ({
  ...BuildManifest.make({}, { input: given, parts: [] }),
  metadata: { generateName: "b-" }
})

const word = (length: number) => "l".repeat(length)

/** The longest and oddest values that `check` accepts. */
const odd: ReadonlyArray<readonly [what: string, Parameters<typeof input>[0]]> = [
  ["a final image with capital letters in its host", { finalImage: { pullspec: "Quay.IO:05000/a__b--c/d.e_f:_.-" } }],
  ["a final image of 255 characters", { finalImage: { pullspec: `quay.io/${word(247)}:${word(128)}` } }],
  ["long label keys", { imageLabels: { [`${word(61)}.x/${word(63)}`]: "", "a.B_c-d": word(1000) } }],
  ["odd paths of mounts", { mounts: [{ kind: "Secret", name: "a.b-c", path: "/..a/b c/ü" }] }],
  ["a long name of a mount", { mounts: [{ kind: "ConfigMap", name: word(253), path: "/a" }] }],
  ["node labels", {
    placement: { nodeSelector: { [`${word(61)}.x/${word(63)}`]: "", "a.B_c": "A.b_c-1" } },
    architecture: "s390x"
  }],
  ["names of build arguments", { buildArgs: { _: "", A1: "\n", constructor: "" } }],
  ...[
    "git@git.example.com:a%20z.git",
    "git.example.com:acme/os.git",
    "ssh://git@[2001:db8::1]:2222/os",
    "https://h/%2f"
  ]
    .map(
      (url): readonly [string, Parameters<typeof input>[0]] => [
        `the repository ${url}`,
        { context: { git: { url, ref: "1f".repeat(20), subPath: "a b/ü/...", secretName: word(253) } } }
      ]
    ),
  ["the files of an image", {
    context: { image: { pullspec: `quay.io/acme/files:1@sha256:${"0".repeat(64)}`, secretName: word(253) } }
  }],
  ["a deadline below a second", { timeout: "1 millis" }]
]

const server = Effect.map(bare({ kinds: OpenShiftKinds.buildKinds }), (made) => api(made))

const refusal = (client: Api, given: BuildInput.BuildInput) =>
  Effect.match(client.post(builds, manifest(given)), {
    onFailure: (failure) => JSON.stringify(failure),
    onSuccess: () => undefined
  })

/** Any input, without the parts that most inputs of a Build cannot have. */
const inputs = Arbitrary.make(BuildInput.BuildInput).map(
  (
    { architecture, buildArgs, context, entitlementSecretName, finalImage, imageLabels, mounts, placement, timeout }
  ) =>
    input({
      architecture,
      buildArgs,
      context: BuildContext.isGit(context) || BuildContext.isImage(context) ? context : undefined,
      entitlementSecretName,
      finalImage,
      imageLabels: Object.fromEntries(
        Object.entries(imageLabels ?? {}).filter(([key]) => KubernetesName.labelKey(key) === undefined)
      ),
      mounts,
      placement: { nodeSelector: placement?.nodeSelector },
      timeout
    })
)

describe("a Build of an input without issues", () => {
  it.scoped.each(odd)(
    "a Build of an input without issues: the server takes %s",
    ([, options]) =>
      Effect.gen(function*() {
        assert.deepStrictEqual(OpenShiftUnsupported.issues(input(options), {}), [])
        assert.isUndefined(yield* refusal(yield* server, input(options)))
      })
  )

  it.scoped("a Build of an input without issues: the server takes any", () =>
    Effect.gen(function*() {
      const client = yield* server
      const given = fc.sample(inputs, { numRuns: 300, seed: 1 }).filter((one) =>
        OpenShiftUnsupported.issues(one, {}).length === 0
      )
      assert.isAbove(given.length, 50)
      for (const one of given) {
        assert.isUndefined(yield* refusal(client, one), JSON.stringify(one))
      }
    }))
})
