/**
 * Clients of other projects that the bench measures beside the library, built in a folder of the user's cache by
 * `npm run bench:peers`: kubernetes-fluent-client as `bench/peers/package-lock.json` pins it, and a program with client-go's
 * informer as `bench/peers/client-go/go.mod` does.
 */
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as Pods from "./server/Pods.js"

/** What the peers are built from; paths are relative to the checkout, in which the bench runs. */
export const npmFolder = "bench/peers"
export const goFolder = "bench/peers/client-go"

const sources = [
  `${npmFolder}/package-lock.json`,
  ...["go.mod", "go.sum", "main.go"].map((name) => `${goFolder}/${name}`)
]

const fingerprint = (): string => {
  const hash = createHash("sha256")
  for (const source of sources) hash.update(fs.readFileSync(source))
  return hash.digest("hex").slice(0, 16)
}

/** Where they are once they are built: another folder for other sources. */
export const folder = (): string => {
  const caches = process.env["XDG_CACHE_HOME"] || path.join(os.homedir(), ".cache")
  return path.join(caches, "effect-os-builder", "bench-peers", fingerprint())
}

export const areBuilt = (): boolean => fs.existsSync(folder())

/** The main module of kubernetes-fluent-client. */
export const fluentClient = (): string => path.join(folder(), "node_modules/kubernetes-fluent-client/dist/index.js")

const forms: ReadonlyMap<string, string> = new Map([["client-go", "json"], ["client-go-protobuf", "protobuf"]])

const onNode: ReadonlySet<string> = new Set(["fluent-client"])

/** Whether a contestant needs what `npm run bench:peers` builds. */
export const isPeer = (contestant: string): boolean => forms.has(contestant) || onNode.has(contestant)

/** The command of a contestant that does not run on Node, without the kubeconfig's path at its end. */
export const command = (contestant: string): ReadonlyArray<string> | undefined => {
  const form = forms.get(contestant)
  return form === undefined
    ? undefined
    : [path.join(folder(), "client-go"), form, String(Pods.count), String(Pods.changes), String(Pods.last)]
}
