import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { measure } from "./Import.js"

const statements = /^(?:import|export)\s[^;]*?from\s+["']([^"']+)["']|^import\s+["']([^"']+)["']/gm

/** What a module of the library imports, and what those do that are of the library too, in the order of the imports. */
const modulesOf = (file: string, seen: Set<string>): ReadonlyArray<string> => {
  if (seen.has(file)) {
    return []
  }
  seen.add(file)
  return Array.from(fs.readFileSync(file, "utf8").matchAll(statements)).flatMap(([, from, alone]) => {
    const specifier = from ?? alone ?? ""
    return specifier.startsWith(".") ? modulesOf(path.resolve(path.dirname(file), specifier), seen) : [specifier]
  })
}

const entry = fileURLToPath(import.meta.resolve("effect-os-builder"))
const used = new Set(modulesOf(entry, new Set()).filter((name) => /^(effect|@effect\/platform)\//.test(name)))

await measure(() => Promise.all(Array.from(used, (name) => import(name))))
