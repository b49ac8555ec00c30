/**
 * All builds in one stream, and V8 told not to put into the old generation at once what it expects to live long.
 */
import * as v8 from "node:v8"

v8.setFlagsFromString("--no-allocation-site-pretenuring")

await import("./ours.js")
