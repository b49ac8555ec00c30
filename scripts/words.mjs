/**
 * Finds wording that a reader who knows the field would stumble over, and names that were replaced by the field's own terms.
 * The rules are in CONTRIBUTING.md, "English".
 *
 *     node scripts/words.mjs             # lists every finding and fails if there is one
 *     node scripts/words.mjs --count     # counts by folder, and never fails
 */
import { execFileSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"

const root = Path.resolve(import.meta.dirname, "..")

/** Phrases, in any case, in comments, strings, test titles and pages. */
const phrases = [
  ["whoever", /\bwhoever\b/i, "name the subject: the caller, the user, the service account"],
  ["tells of", /\btells? (?:of|the|how|what)\b/i, "reports, emits, describes"],
  ["is no …;", /\bis no [a-z]+[;,]/i, "is not a …"],
  ["for ever", /\bfor ever\b/i, "indefinitely, or without limit"],
  ["anew", /\banew\b/i, "again"],
  ["stands for", /\bstands? for\b/i, "means, represents"],
  [
    "who …",
    /(?<!\bthose |\bthem |\beveryone |\banyone |\bpeople |\bothers |\busers? |\bcallers? |\bsomeone |\breaders? |\bwriters? |\bone )\bwho (?:reads|asks|writes|calls|sees|builds|looks|waits|follows)\b/i,
    "the reader, the caller: a noun"
  ]
]

/** Names that WORDS replaced, as whole identifiers or as a word of one written in camel case. */
const coined = [
  ["Crew", "WorkerPool"],
  ["Alarm", "TimerQueue"],
  ["Rota", "TimerQueue"],
  ["Sleeper", "TimerQueue"],
  ["Glance", "RecordMetadata, metadata"],
  ["Shelf", "NamespaceStore"],
  ["LogBook", "LogStore"],
  ["PodFate", "PodFailure"],
  ["PodWait", "PodBlocked"],
  ["Objection", "unsupported, issue"],
  ["Surroundings", "ClusterDefaults"],
  ["Playbook", "OutcomeRegistry"],
  ["Rehearsal", "OutcomePrograms"],
  ["Discreet", "Redaction"],
  ["Workshop", "BuildahEnvironment"],
  ["ByPull", "Pull"],
  ["ViewIndex", "Indexer"],
  ["KubeDriver", "HttpDriver"],
  ["NodeHttps", "HttpAgent"],
  ["IncomingBody", "ResponseBody"],
  ["BuildOutline", "RecordSummary"],
  ["Contender", "BoundCandidate, candidate"],
  ["Stumbled", "classify"]
]

const lower = (name) => name[0].toLowerCase() + name.slice(1)

/** `Crew`, `crew`, `makeCrew`, `crewSize`, `crews`; not `screw` or `Crewe`. */
const identifier = (name) => new RegExp(`(?:(?<![A-Za-z])${lower(name)}|(?<![A-Z])${name})(?:s|ed)?(?![a-z])`)

const names = [
  // As a name alone: the verb is plain English.
  ["settle", /\bSettle\b|\bsettle(?:[.(,]|$| \})/, "reconcile, Reconciler"],
  ...coined.map(([name, instead]) => [name, identifier(name), instead])
]

/** Names are checked in the source, phrases everywhere. */
const rulesOf = (file) => (file.startsWith("src/") ? [...phrases, ...names] : phrases)

/** What is checked: text that people read. This file names what it looks for. */
const isChecked = (file) =>
  /^(?:src|test|bench|examples|docs|findings)\/.*\.(?:ts|mjs|md|sh)$|^[A-Z]+\.md$/.test(file) &&
  file !== "CHANGELOG.md"

const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((file) => isChecked(file) && Fs.existsSync(Path.join(root, file)))

const findings = files.flatMap((file) =>
  Fs.readFileSync(Path.join(root, file), "utf8").split("\n").flatMap((line, index) =>
    rulesOf(file).flatMap(([name, pattern, instead]) =>
      pattern.test(line) ? [{ file, line: index + 1, name, instead, text: line.trim().slice(0, 140) }] : []
    )
  )
)

if (process.argv.includes("--count")) {
  const folders = new Map()
  for (const { file } of findings) {
    const folder = file.split("/").slice(0, -1).slice(0, 2).join("/") || "."
    folders.set(folder, (folders.get(folder) ?? 0) + 1)
  }
  for (const [folder, count] of Array.from(folders).sort(([, a], [, b]) => b - a)) {
    console.log(`${String(count).padStart(5)}  ${folder}`)
  }
  console.log(`${String(findings.length).padStart(5)}  in all`)
} else {
  for (const { file, instead, line, name, text } of findings) {
    console.log(`${file}:${line}: "${name}"; instead: ${instead}\n    ${text}`)
  }
  if (findings.length > 0) process.exit(1)
}
