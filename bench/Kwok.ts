/**
 * kwok, a kubelet without containers, in the version that `bench/kwok/go.mod` pins; built with Go into the user's cache.
 */
import { Effect, type Scope } from "effect"
import { execFileSync, spawn } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

const source = path.join(import.meta.dirname, "kwok")

const go = (...args: ReadonlyArray<string>): string =>
  execFileSync("go", args, {
    cwd: source,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" }
  }).trim()

/** The program, and the folder of its module, which has the stages of nodes and pods. */
export interface Kwok {
  readonly program: string
  readonly module: string
}

/** Builds kwok unless that is done. */
export const build = (): Kwok => {
  const [version = "", module = ""] = go("list", "-m", "-f", "{{.Version}} {{.Dir}}", "sigs.k8s.io/kwok").split(" ")
  const caches = process.env["XDG_CACHE_HOME"] || path.join(os.homedir(), ".cache")
  const program = path.join(caches, "effect-os-builder", "kwok", version, "kwok")
  if (!fs.existsSync(program)) {
    go("build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", program, "sigs.k8s.io/kwok/cmd/kwok")
  }
  return { program, module }
}

const stages = ["node/fast", "node/heartbeat-with-lease", "pod/fast"]

/** The stages that kwok's own installation has: nodes are ready and pods run, or complete, at once. */
const configuration = ({ module }: Kwok): string =>
  stages.flatMap((stage) => {
    const folder = path.join(module, "kustomize/stage", stage)
    return fs.readdirSync(folder).filter((name) => name.endsWith(".yaml") && name !== "kustomization.yaml").map((
      name
    ) => fs.readFileSync(path.join(folder, name), "utf8"))
  }).join("\n---\n")

/** Runs kwok for all nodes of a cluster until the scope closes. */
export const start = (kwok: Kwok, kubeconfig: string): Effect.Effect<void, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), "kwok-"))
      const config = path.join(folder, "stages.yaml")
      fs.writeFileSync(config, configuration(kwok))
      const child = spawn(
        kwok.program,
        ["--kubeconfig", kubeconfig, "--config", config, "--manage-all-nodes", "--node-lease-duration-seconds=40"],
        { stdio: "ignore" }
      )
      return { child, folder }
    }),
    ({ child, folder }) =>
      Effect.sync(() => {
        child.kill("SIGTERM")
        fs.rmSync(folder, { recursive: true, force: true })
      })
  ).pipe(Effect.asVoid)
