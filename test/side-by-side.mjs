/**
 * Runs npm scripts at the same time: `node test/side-by-side.mjs lint types`. What a script prints appears when it ends; the
 * exit status is 1 if one of them fails.
 */
import { spawn } from "node:child_process"

const run = (script) =>
  new Promise((resolve) => {
    const start = performance.now()
    const child = spawn("npm", ["run", "--silent", script], { stdio: ["ignore", "pipe", "pipe"] })
    const printed = []
    child.stdout.on("data", (data) => printed.push(data))
    child.stderr.on("data", (data) => printed.push(data))
    child.once("close", (code, signal) => {
      const seconds = ((performance.now() - start) / 1000).toFixed(1)
      const outcome = code === 0 ? "passed" : `failed (${signal ?? `exit status ${code}`})`
      process.stdout.write(Buffer.concat([...printed, Buffer.from(`${script}: ${outcome} in ${seconds} s\n`)]))
      resolve(code === 0)
    })
  })

const passed = await Promise.all(process.argv.slice(2).map(run))
process.exitCode = passed.every(Boolean) ? 0 : 1
