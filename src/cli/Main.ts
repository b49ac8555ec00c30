/**
 * Prints a page that needs nothing to run, or loads the rest of the command.
 *
 * @since 0.1.0
 */
import { argv, stdout } from "node:process"
import * as Usage from "./Usage.js"

// The write reports a closed pipe; without a listener the event would end the process with a stack trace.
stdout.on("error", () => {})

const page = Usage.page(argv.slice(2), stdout.columns)

if (page === undefined) await import("./Program.js")
else stdout.write(page)
