/**
 * Whose code is in the bundled command, and under which licence; from what esbuild says it took in.
 */
import * as fs from "node:fs"
import * as path from "node:path"

const root = path.resolve(import.meta.dirname, "../..")

/** Where the notices are kept. */
export const file = path.join(root, "THIRD_PARTY_NOTICES")

const metafile = path.join(root, "node_modules/.cache/os-builder.meta.json")

const property = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined

const readJson = (file: string): unknown => JSON.parse(fs.readFileSync(file, "utf8"))

/** The folders of the packages of which something is in the bundle; `npm run bundle` comes first. */
export const bundledPackages = (): ReadonlyArray<string> => {
  const inputs = Object.keys(Object(property(readJson(metafile), "inputs")))
  const folders = inputs.flatMap((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? [])
  return Array.from(new Set(folders)).sort()
}

const licenceText = (folder: string): string => {
  const name = fs.readdirSync(folder).find((entry) => /^(licen[cs]e|copying)(\.|$)/i.test(entry))
  if (name === undefined) throw new Error(`${folder} has no file with its licence`)
  return fs.readFileSync(path.join(folder, name), "utf8").replace(/\r\n/g, "\n").trim()
}

/** The title of a package's notice. */
export const title = (folder: string): string => {
  const manifest = readJson(path.join(root, folder, "package.json"))
  return `${property(manifest, "name")} ${property(manifest, "version")} (${property(manifest, "license")})`
}

/** What is not a package: the descriptions of the API of Kubernetes, for `kubectl explain` on the fake. */
const kubernetes = `${"-".repeat(80)}
Kubernetes 1.37.1 (Apache-2.0): the schemas in src/fake/openapi/BuiltInSchemas.ts
${"-".repeat(80)}

Copyright The Kubernetes Authors.

Licensed under the Apache License, Version 2.0, whose text is in the file LICENSE of this package.
The schemas are changed: fields that the fake does not have, and the types of lists and maps, are left out.`

/** All notices; packages that share a licence, word for word, share its text. */
export const text = (): string => {
  const byLicence = new Map<string, Array<string>>()
  for (const folder of bundledPackages()) {
    const licence = licenceText(path.join(root, folder))
    byLicence.set(licence, [...byLicence.get(licence) ?? [], title(folder)])
  }
  const rule = "-".repeat(80)
  return [
    "The command os-builder is one bundle. It contains code of these packages, under these licences.",
    ...Array.from(byLicence, ([licence, titles]) => [rule, ...titles, rule, "", licence].join("\n")),
    kubernetes
  ].join("\n\n") + "\n"
}
