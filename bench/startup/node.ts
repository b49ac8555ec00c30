import * as Command from "./Command.js"

await Command.report("node")
