import { type Duration, type Effect, Schema } from "effect"
import { type BuildError, BuildInput, ImagePullspec } from "effect-os-builder"
import { describe, expect, test } from "tstyche"

const least = {
  dockerfile: "FROM scratch",
  baseImage: { pullspec: "quay.io/acme/base:1" },
  finalImage: { pullspec: "quay.io/acme/os:1" }
}

type Made = Effect.Effect<BuildInput.BuildInput, BuildError.BuildRejected>

describe("make", () => {
  test("make: takes all that the design shows", () => {
    expect(BuildInput.make({
      dockerfile: "FROM scratch",
      baseImage: { pullspec: "quay.io/acme/base:1", secretName: "pull" },
      finalImage: { pullspec: "quay.io/acme/os:1", secretName: undefined },
      entitlementSecretName: "etc-pki-entitlement",
      buildArgs: { A: "1" },
      imageLabels: { a: "b" },
      context: {
        text: "a",
        bytes: new Uint8Array(),
        script: { content: "#!/bin/sh", mode: 0o755 },
        binary: { content: new Uint8Array(), mode: undefined },
        link: { link: "../target" },
        directory: { directory: true },
        shared: { directory: true, mode: 0o2775 }
      },
      mounts: [{ kind: "Secret", name: "a", path: "/a" }, { kind: "ConfigMap", name: "b", path: "/b" }],
      secrets: [{ id: "a", secretName: "b" }, { id: "c", secretName: "b", key: "d" }],
      target: "final",
      buildContexts: { image: { image: "quay.io/acme/i:1" }, folder: { directory: "/srv" } },
      inheritLabels: false,
      unsetLabels: ["a"],
      squash: true,
      trustBundle: { configMapName: "ca", key: "ca.pem" },
      proxy: { http: "http://proxy", https: "http://proxy", noProxy: ".svc" },
      architecture: "ppc64le",
      resources: { cpu: "1", memory: "2Gi", ephemeralStorage: "20Gi" },
      placement: { nodeSelector: { a: "b" }, tolerations: [{ key: "a", operator: "Exists", effect: "NoSchedule" }] },
      objectLabels: { a: "b" },
      queueName: "q",
      timeout: "30 minutes",
      pendingTimeout: 60_000,
      retries: 2,
      revision: "1",
      metadata: { requester: "alice" }
    })).type.toBe<Made>()
    expect(BuildInput.make(least)).type.toBe<Made>()
  })

  test("make: takes an input", () => {
    expect<BuildInput.BuildInput>().type.toBeAssignableTo<BuildInput.Options>()
  })

  test("make: takes nothing else", () => {
    expect({ ...least, finalImage: undefined }).type.not.toBeAssignableTo<BuildInput.Options>()
    expect({ ...least, architecture: "x86_64" as const }).type.not.toBeAssignableTo<BuildInput.Options>()
    expect({ ...least, timeout: "soon" as const }).type.not.toBeAssignableTo<BuildInput.Options>()
    expect({ ...least, mounts: [{ kind: "Secret" as const, name: "a" }] }).type.not.toBeAssignableTo<
      BuildInput.Options
    >()
    expect({ ...least, retries: 1 }).type.toBeAssignableTo<BuildInput.Options>()
  })
})

test("BuildInput: decode takes anything and fails with BuildRejected alone", () => {
  expect(BuildInput.decode).type.toBe<
    (u: unknown) => Effect.Effect<BuildInput.BuildInput, BuildError.BuildRejected>
  >()
})

declare const input: BuildInput.BuildInput

describe("an input", () => {
  test("an input: has the fields of the design", () => {
    expect(input.baseImage).type.toBe<BuildInput.ImageInfo | undefined>()
    expect(input.finalImage).type.toBe<BuildInput.ImageInfo>()
    expect(input.baseImage?.secretName).type.toBe<string | undefined>()
    expect(input.timeout).type.toBe<Duration.Duration | undefined>()
    expect(input.architecture).type.toBe<"amd64" | "arm64" | "ppc64le" | "s390x" | undefined>()
    expect<BuildInput.BuildInput["context"]>().type.toBe<
      | {
        readonly [path: string]:
          | string
          | Uint8Array
          | { readonly content: Uint8Array; readonly mode: number }
          | { readonly link: string }
          | { readonly directory: true; readonly mode: number }
      }
      | { readonly git: BuildInput.GitSource }
      | { readonly image: BuildInput.ImageSource }
      | { readonly upload: BuildInput.UploadSource }
      | undefined
    >()
  })

  test("an input: cannot be changed", () => {
    expect<Writable<BuildInput.BuildInput>>().type.not.toBe<BuildInput.BuildInput>()
    expect<ReadonlyArray<never>>().type.toBeAssignableTo<NonNullable<BuildInput.BuildInput["mounts"]>>()
  })

  test("an input: is JSON when it is encoded", () => {
    expect(Schema.encodeSync(BuildInput.BuildInput)(input)).type.toBeAssignableTo<{
      readonly timeout?: string | undefined
      readonly context?:
        | {
          readonly [path: string]:
            | string
            | { readonly base64: string; readonly mode?: number | undefined }
            | { readonly link: string }
            | { readonly directory: true; readonly mode?: number | undefined }
        }
        | { readonly git: { readonly url: string } }
        | { readonly image: { readonly pullspec: string } }
        | {
          readonly upload: { readonly directory: string }
        }
        | undefined
    }>()
  })

  test("an input: has a fingerprint", () => {
    expect(BuildInput.fingerprint(input)).type.toBe<string>()
    expect(BuildInput.defaults.timeout).type.toBe<Duration.Duration>()
    expect(BuildInput.defaults.retries).type.toBe<2>()
  })
})

type Writable<A> = { -readonly [K in keyof A]: A[K] }

test("BuildInput: ImagePullspec.repository takes any text", () => {
  expect(ImagePullspec.repository("quay.io/a:1")).type.toBe<string>()
})
