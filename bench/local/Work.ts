/**
 * The builds, by buildah alone and by the local backend.
 */
import * as NodeCommandExecutor from "@effect/platform-node/NodeCommandExecutor"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { BuildBackend, LocalBuildBackend } from "effect-os-builder"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { execFile } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { promisify } from "node:util"
import * as ContextDirectory from "../../src/backends/context/ContextDirectory.js"
import { makeOwned } from "../../src/core/BuildInput.js"
import type * as Around from "./Around.js"
import * as Site from "./Site.js"

export interface Build {
  readonly base: "small" | "large"
  readonly lines: ReadonlyArray<string>
  readonly context?: "files" | "bytes"
}

export const copy = (context: "files" | "bytes"): Build => ({
  base: "small",
  lines: ["COPY . /opt/context/"],
  context
})

/** Five steps as those of an operating system: packages, files, units, clean-up. */
export const system = (last: string): Build => ({
  base: "large",
  lines: [
    "RUN for i in 0 1 2 3 4 5 6 7 8 9; do mkdir -p /usr/lib/new/$i; cp /usr/d0/e0/* /usr/lib/new/$i/; done",
    "COPY . /etc/overlay/",
    "RUN for i in 0 1 2 3 4; do mkdir -p /usr/share/more/$i; cp /usr/d1/e1/* /usr/share/more/$i/; done",
    "RUN rm -rf /usr/d2 && chmod -R go-w /usr/d3",
    `RUN echo ${last} > /etc/release`
  ],
  context: "files"
})

const containerfile = ({ lines }: Build): string => ["ARG BASE_IMAGE", "FROM ${BASE_IMAGE}", ...lines, ""].join("\n")

const run = promisify(execFile)

/** `buildah build` and `buildah push`, with their own storage; with `--layers`, in storage that stays if `keep` is set. */
export const plain = (name: string, build: Build, layers?: { readonly keep: boolean }) =>
  Site.measure(layers === undefined ? name : "plain-cached", async ({ directory, host }) => {
    const file = path.join(directory, "Containerfile")
    const context = build.context === undefined ? directory : Site.at(build.context)
    fs.writeFileSync(file, containerfile(build))
    const common = ["--signature-policy", Site.policy, "--tls-verify=false"]
    await run("buildah", [
      ...Site.storage(directory),
      ...["build", ...common, "--isolation", "chroot", ...Site.limits, "--file", file],
      `--layers=${layers !== undefined}`,
      ...["--build-arg", `BASE_IMAGE=${host}/${build.base}:1`, "--tag", `${host}/${name}:1`, context]
    ], { maxBuffer: 64 << 20 })
    await run("buildah", [...Site.storage(directory), "push", ...common, `${host}/${name}:1`])
  }, { disk: build.base === "large", keep: layers?.keep === true })

const registries = (directory: string): string => {
  const folder = path.join(directory, "registries")
  fs.mkdirSync(folder, { recursive: true })
  fs.copyFileSync(Site.policy, path.join(folder, "policy.json"))
  return folder
}

// What the backend needs of NodeContext, which imports a terminal and workers too.
const machine = NodeCommandExecutor.layer.pipe(Layer.provideMerge(Layer.merge(NodeFileSystem.layer, NodePath.layer)))

/** The local backend, with a layer cache in a folder `cache` that stays if that is set. */
export const ours = (
  name: string,
  build: Build,
  cache?: { readonly keep: boolean; readonly around?: Around.Around }
) =>
  Site.measure(cache === undefined ? name : "cached", ({ directory, host }, told) =>
    Effect.gen(function*() {
      cache?.around?.begin()
      const context = build.context === undefined
        ? undefined
        : yield* ContextDirectory.read(Site.at(build.context))
      const input = yield* makeOwned({
        dockerfile: containerfile(build),
        baseImage: { pullspec: `${host}/${build.base}:1` },
        finalImage: { pullspec: `${host}/${name}:1` },
        context: context?.files
      })
      const backend = LocalBuildBackend.layerWith({
        stateDirectory: path.join(directory, "state"),
        workDirectory: path.join(directory, "work"),
        registriesDirectory: registries(directory),
        storage: "overlay",
        ...(cache === undefined ? {} : { cacheDirectory: path.join(directory, "cache") })
      })
      yield* BuildBackend.events(input, { again: true }).pipe(
        Stream.runForEach((event) =>
          event._tag === "StatusChanged" && event.status._tag !== "Succeeded" && "message" in event.status
            ? Effect.dieMessage(event.status.message)
            : Effect.void
        ),
        Effect.andThen(Effect.sync(() => {
          told()
          cache?.around?.told()
        })),
        Effect.provide(backend)
      )
    }).pipe(Effect.provide(machine), Effect.runPromise), {
    disk: build.base === "large",
    keep: cache?.keep === true,
    more: cache?.around?.sample
  })
