/**
 * The shells that the build script has to work in, and its functions run in them.
 */
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as BuildScript from "../../src/backends/script/BuildScript.js"
import * as TerminationMessage from "../../src/backends/script/TerminationMessage.js"

const exists = (program: string) => spawnSync(program, ["-c", ":"]).error === undefined

export const shells: ReadonlyArray<readonly [string, ...Array<string>]> = [
  exists("dash") ? ["dash"] : ["sh"],
  ...(exists("bash") ? [["bash", "--posix"] as const] : []),
  ...(spawnSync("busybox", ["sh", "-c", ":"]).error === undefined ? [["busybox", "sh"] as const] : [])
]

export const temporary = <A>(use: (folder: string) => A): A => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "build-script-"))
  try {
    return use(folder)
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

/** What the script needs in its environment, with one folder for everything. */
export const environment = (folder: string) => ({
  PATH: process.env["PATH"],
  OSB_INPUT_DIR: folder,
  OSB_WORK_DIR: folder,
  OSB_MEMORY_DIR: folder,
  OSB_BASE_IMAGE: "base",
  OSB_FINAL_IMAGE: "final",
  OSB_TIMEOUT_SECONDS: "60",
  OSB_TERMINATION_MESSAGE: path.join(folder, "message")
})

/** Runs shell code after the script's functions, without its main part. */
export const withFunctions = (shell: ReadonlyArray<string>, code: string, env: Record<string, string> = {}) =>
  temporary((folder) => {
    const functions = BuildScript.source.slice(0, BuildScript.source.indexOf("\ncase $verb in build"))
    const [command = "sh", ...args] = shell
    const run = spawnSync(command, [...args, "-c", `${functions}\n${code}`, "sh", "build"], {
      // Else bash takes a socket there for a remote shell's, and reads ~/.bashrc.
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...environment(folder),
        ...env
      }
    })
    const message = path.join(folder, "message")
    return {
      stdout: run.stdout.toString(),
      stderr: run.stderr.toString(),
      status: run.status,
      message: fs.existsSync(message) ? TerminationMessage.parse(fs.readFileSync(message, "utf8")) : undefined
    }
  })
