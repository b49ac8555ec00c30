/**
 * Which name of Effect 4 stands for a name of Effect 3: the renames with their reasons, and the names that both majors
 * have with one meaning. A name that is in neither is refused, for only a person can say what it means on Effect 4.
 */
import { readFileSync } from "node:fs"
import { renames } from "../../effect4/names/renames.js"
import { testRenames } from "../../effect4/names/test-renames.js"

/** A name of a module; without a member, the module itself, where an import names it. */
export interface Name {
  readonly module: string
  readonly member: string
}

/** Names of one module that change for one reason. A target without a module stays in the module. */
export interface Rename {
  readonly module: string
  readonly reason: string
  /** The module of the targets, if it is another: one of Effect, `seam/…` below `src/effect`, or `test/…`. */
  readonly to?: string
  readonly names: Readonly<Record<string, string>> | ReadonlyArray<string>
}

const keyOf = ({ member, module }: Name): string => `${module}#${member}`

const renamed = (): Map<string, Name> => {
  const table = new Map<string, Name>()
  for (const { module, names, reason, to } of [...renames, ...testRenames]) {
    if (reason.trim() === "") throw new Error(`A rename of ${module} gives no reason`)
    const pairs = Array.isArray(names) ? names.map((name): [string, string] => [name, name]) : Object.entries(names)
    for (const [from, member] of pairs) {
      const key = keyOf({ module, member: from })
      if (table.has(key)) throw new Error(`${key} is renamed twice`)
      table.set(key, { module: to ?? module, member })
    }
  }
  return table
}

const unchanged = (): Set<string> => {
  const lines = readFileSync(new URL("../../effect4/names/unchanged.txt", import.meta.url), "utf8").split("\n")
  return new Set(
    lines.filter((line) => line.trim() !== "" && !line.startsWith("#")).flatMap((line) => {
      const [module = "", members = ""] = line.split(": ")
      return members.split(" ").map((member) => keyOf({ module, member }))
    })
  )
}

/** The name on Effect 4; undefined if the table does not know the name. */
export const make = (): (name: Name) => Name | undefined => {
  const moved = renamed()
  const same = unchanged()
  for (const key of moved.keys()) if (same.has(key)) throw new Error(`${key} is both renamed and unchanged`)
  return (name) => moved.get(keyOf(name)) ?? (same.has(keyOf(name)) ? name : undefined)
}
