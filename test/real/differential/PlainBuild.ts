/**
 * The same input, built by buildah itself as a user would call it.
 */
import { Effect } from "effect"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Workplace from "../Workplace.js"
import type { Case } from "./Case.js"
import type { Images } from "./Images.js"

export type PlainBuild =
  | { readonly _tag: "Built"; readonly digest: string; readonly output: string }
  | {
    readonly _tag: "Failed"
    readonly output: string
    /** buildah's last error. */
    readonly error: string
    /** The instruction that it names, as the error and as the log has it; empty if it names none. */
    readonly steps: ReadonlyArray<string>
    /** What it says of that instruction. */
    readonly cause: string
  }

interface Ended {
  readonly status: number | null
  readonly output: string
}

const buildah = (program: string, args: ReadonlyArray<string>): Effect.Effect<Ended> =>
  Effect.async<Ended>((resume) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], timeout: 120_000, killSignal: "SIGKILL" })
    const parts: Array<Buffer> = []
    child.stdout.on("data", (part: Buffer) => parts.push(part))
    child.stderr.on("data", (part: Buffer) => parts.push(part))
    child.once("close", (status) => resume(Effect.succeed({ status, output: Buffer.concat(parts).toString() })))
    return Effect.sync(() => child.kill("SIGKILL"))
  })

const failure = (output: string): PlainBuild => {
  // What a RUN prints may look like an error: the last line that begins as one is buildah's.
  const at = Math.max(0, output.lastIndexOf("\nError: ") + 1)
  const error = output.slice(at).replace(/^Error: /, "").trimEnd()
  const [, quoted, rest = ""] = /^building at STEP "(.*)": (.*)$/s.exec(error) ?? []
  const steps = [...output.slice(0, at).matchAll(/^(?:\[\d+\/\d+\] )?STEP \d+\/\d+: (.*)$/gm)].map(([, text = ""]) =>
    text
  )
  // 1.36 and later print a summary of a heredoc behind its first line, in parentheses.
  const named = steps.flatMap((text) => [text, text.replace(/ \(.*$/, "")])
    .findLast((text) => error.startsWith(`building at STEP "${text}": `))
  return {
    _tag: "Failed",
    output,
    error,
    // Of an exec form and of several lines the error has other words than the STEP line.
    steps: quoted === undefined ? [] : [named ?? quoted, ...steps.slice(-1)],
    cause: named === undefined ? rest : error.slice(`building at STEP "${named}": `.length)
  }
}

export interface Options {
  readonly program: string
  readonly images: Images
  readonly format: "oci" | "docker"
  /** A folder for the context, which this fills. */
  readonly folder: string
}

const writeContext = (folder: string, context: Case["context"]): void => {
  fs.mkdirSync(folder, { recursive: true })
  for (const [name, entry] of Object.entries(context)) {
    const file = path.join(folder, name)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    if ("link" in entry) {
      fs.symlinkSync(entry.link, file)
    } else {
      if ("directory" in entry) fs.mkdirSync(file, { recursive: true })
      else fs.writeFileSync(file, entry.content)
      fs.chmodSync(file, entry.mode)
    }
  }
}

/** Builds a case and pushes its image to the open registry. */
export const run = (one: Case, { folder, format, images, program }: Options) =>
  Effect.gen(function*() {
    const { open } = yield* Workplace.Workplace
    const context = path.join(folder, "context")
    writeContext(context, one.context)
    fs.writeFileSync(path.join(folder, "Containerfile"), one.containerfile)
    const options = (flag: string, record: Readonly<Record<string, string>>) =>
      Object.entries(record).flatMap(([name, value]) => [flag, `${name}=${value}`])
    const built = yield* buildah(program, [
      ...images.storage,
      "build",
      "--isolation",
      "chroot",
      ...Workplace.limits,
      "--tls-verify=false",
      "--layers=false",
      "--format",
      format,
      "--iidfile",
      path.join(folder, "id"),
      ...options("--build-arg", { ...images.buildArgs, ...one.buildArgs }),
      ...options("--label", one.labels),
      "--file",
      path.join(folder, "Containerfile"),
      context
    ])
    if (built.status !== 0) return failure(built.output)
    const id = fs.readFileSync(path.join(folder, "id"), "utf8").trim()
    const pushed = yield* buildah(program, [
      ...images.storage,
      "push",
      "--tls-verify=false",
      "--digestfile",
      path.join(folder, "digest"),
      id,
      `docker://${open}/plain/${Workplace.repository(one.name)}:1`
    ])
    if (pushed.status !== 0) return yield* Effect.die(new Error(`buildah push: ${pushed.output}`))
    yield* buildah(program, [...images.storage, "rmi", "--force", id])
    const digest = fs.readFileSync(path.join(folder, "digest"), "utf8").trim()
    return { _tag: "Built", digest, output: built.output } satisfies PlainBuild
  })
