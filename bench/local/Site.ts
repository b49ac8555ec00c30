/**
 * What the builds are made of: a registry on the loopback, two contexts, and two bases. They are made once, and kept in a folder
 * of the temporary directory, since the base of an operating system takes minutes.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import * as net from "node:net"
import * as os from "node:os"
import * as path from "node:path"
import { setTimeout } from "node:timers/promises"
import { promisify } from "node:util"
import * as Meter from "../Meter.js"
import type { Sample } from "../Scenario.js"

export const folder = path.join(os.tmpdir(), "os-builder-bench-local")

export const at = (...names: ReadonlyArray<string>) => path.join(folder, ...names)

/** Bytes that gzip makes about half as long: every other block repeats. */
const bytes = (size: number, seed: number): Buffer => {
  const content = Buffer.alloc(size)
  let state = seed * 2_654_435_761 + 1
  for (let index = 0; index + 4 <= size; index += 4) {
    if ((index & 1024) === 0) state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    content.writeUInt32LE(state, index)
  }
  return content
}

const fill = (directory: string, count: number, size: number) => {
  for (let index = 0; index < count; index++) {
    const parent = path.join(directory, `d${index % 97}`, `e${index % 7}`)
    fs.mkdirSync(parent, { recursive: true })
    fs.writeFileSync(path.join(parent, `file-${index}`), bytes(size, index))
  }
}

const freePort = async (): Promise<number> => {
  const server = net.createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  server.close()
  return typeof address === "object" && address !== null ? address.port : 0
}

// The same for every run: what containers/image has learned of a registry's layers it knows by the name of the registry.
const port = async (): Promise<string> => {
  const file = at("port")
  if (!fs.existsSync(file)) fs.writeFileSync(file, String(await freePort()))
  return fs.readFileSync(file, "utf8")
}

const startRegistry = async (): Promise<{ readonly host: string; readonly process: ChildProcess }> => {
  fs.mkdirSync(at("registry"), { recursive: true })
  const host = `127.0.0.1:${await port()}`
  const configuration = at(`registry-${process.pid}.yml`)
  fs.writeFileSync(
    configuration,
    `version: 0.1\nlog: { level: error }\nstorage: { filesystem: { rootdirectory: "${at("registry")}" } }\n` +
      `http: { addr: "${host}" }\n`
  )
  const registry = spawn("docker-registry", ["serve", configuration], { stdio: "ignore" })
  for (let tries = 0; tries < 400; tries++) {
    await setTimeout(25)
    const answered = await fetch(`http://${host}/v2/`).then(({ ok }) => ok, () => false)
    if (answered) return { host, process: registry }
  }
  throw new Error("docker-registry does not start")
}

export const limits = ["nofile", "nproc"].flatMap((name) => ["--ulimit", `${name}=1024:1024`])

export const policy = at("policy.json")

export const storage = (root: string) => [
  ...["--root", path.join(root, "storage"), "--runroot", path.join(root, "run"), "--storage-driver", "overlay"]
]

const buildah = (...args: ReadonlyArray<string>) => execFileSync("buildah", [...args], { stdio: "ignore" })

/** Makes what is not there yet. */
const prepare = (host: string): void => {
  if (fs.existsSync(at("ready"))) return
  fs.writeFileSync(policy, "{\"default\":[{\"type\":\"insecureAcceptAnything\"}]}")
  fill(at("files"), 2_000, 500)
  fill(at("bytes"), 100, 1_000_000)
  const base = at("base")
  fs.mkdirSync(path.join(base, "bin"), { recursive: true })
  fs.copyFileSync("/bin/busybox", path.join(base, "bin/busybox"))
  fill(path.join(base, "usr"), 20_000, 26_000)
  fs.writeFileSync(
    path.join(base, "small"),
    "FROM scratch\nCOPY bin /bin\nRUN [\"/bin/busybox\", \"sh\", \"-c\", \"/bin/busybox --install -s /bin\"]\nENV PATH=/bin\n"
  )
  fs.writeFileSync(path.join(base, "large"), `FROM ${host}/small:1\nCOPY usr /usr\n`)
  for (const name of ["small", "large"]) {
    buildah(
      ...storage(at("made")),
      ...["build", "--signature-policy", policy, "--isolation", "chroot", ...limits, "--tls-verify=false"],
      ...["--file", path.join(base, name), "--tag", `${host}/${name}:1`, base]
    )
    buildah(
      ...storage(at("made")),
      ...["push", "--signature-policy", policy, "--tls-verify=false", `${host}/${name}:1`]
    )
  }
  fs.rmSync(base, { recursive: true })
  fs.rmSync(at("made"), { recursive: true, force: true })
  fs.writeFileSync(at("ready"), "")
}

const run = promisify(execFile)

/** Looks at the size of a directory every two seconds; returns the largest. */
const watchDisk = (directory: string): { readonly stop: () => number } => {
  let largest = 0
  const timer = setInterval(() => {
    // Files that are deleted meanwhile make du fail, after it has printed the sum.
    void run("du", ["-sm", directory]).catch(({ stdout }: { readonly stdout: string }) => ({ stdout })).then(
      ({ stdout }) => {
        largest = Math.max(largest, Number(stdout.split("\t")[0]) || 0)
      }
    )
  }, 2_000)
  return {
    stop: () => {
      clearInterval(timer)
      return largest
    }
  }
}

export interface Site {
  /** The registry. */
  readonly host: string
  /** A folder for the work. */
  readonly directory: string
}

/**
 * Measures `work` in a folder of its own, which stays as another run left it if `keep` is set. The time is that until `work`
 * calls `told`, if it does; CPU and disk are those of the whole.
 */
export const measure = async (
  name: string,
  work: (site: Site, told: () => void) => Promise<void>,
  { disk = false, keep = false, more = () => ({}) }: {
    readonly disk?: boolean
    readonly keep?: boolean
    readonly more?: (() => Sample) | undefined
  } = {}
): Promise<void> => {
  fs.mkdirSync(folder, { recursive: true })
  const { host, process: registry } = await startRegistry()
  try {
    prepare(host)
    const directory = at("work", name)
    if (!keep) fs.rmSync(directory, { recursive: true, force: true })
    fs.mkdirSync(directory, { recursive: true })
    const watched = disk ? watchDisk(directory) : undefined
    const cpu = Meter.cpuSecondsOfAll()
    const began = performance.now()
    let ended: number | undefined
    await work({ host, directory }, () => {
      ended = performance.now()
    })
    const seconds = ((ended ?? performance.now()) - began) / 1_000
    const sample: Sample = { seconds, cpuSeconds: Meter.cpuSecondsOfAll() - cpu }
    console.log(
      JSON.stringify({ ...sample, ...more(), ...(watched === undefined ? {} : { diskMiB: watched.stop() }) })
    )
  } finally {
    registry.kill("SIGKILL")
  }
}
