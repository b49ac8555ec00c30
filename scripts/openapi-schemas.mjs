/**
 * Makes src/fake/openapi/BuiltInSchemas.ts, the schemas of the kinds of the fake, from the OpenAPI documents of a real API server:
 *
 *     OS_BUILDER_TEST_RECORD=yes npx vitest run --config test/control-plane/vitest.config.ts test/fake/openapi
 *
 * How patches and server-side apply divide lists and maps is left out: the fake has it in the fields of its kinds.
 */
import * as zlib from "node:zlib"

const left = new Set([
  "x-kubernetes-list-type",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-map-type",
  "x-kubernetes-patch-merge-key",
  "x-kubernetes-patch-strategy"
])

const refs = (json) => [...JSON.stringify(json).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name)

/** Strategies that the fields of the fake do not have. */
const kept = ["replace", "retainKeys", "merge,retainKeys"]

const strip = (json, isSchema = true) =>
  Array.isArray(json)
    ? json.map((one) => strip(one))
    : typeof json === "object" && json !== null
    ? Object.fromEntries(
      Object.entries(json).filter(([key, value]) => !isSchema || !left.has(key) || kept.includes(value)).map((
        [key, value]
      ) => [key, strip(value, !(isSchema && key === "properties"))])
    )
    : json

/** The schemas of kinds and all that they refer to, of all schemas by their names. */
const select = (schemas, kinds) => {
  const found = new Map()
  const visit = (name) => {
    if (found.has(name)) return
    found.set(name, strip(schemas[name]))
    refs(schemas[name]).forEach(visit)
  }
  for (const { group, version, kind } of kinds) {
    const [name] = Object.entries(schemas).find(([, { "x-kubernetes-group-version-kind": types = [] }]) =>
      types.length === 1 && types[0].group === group && types[0].version === version && types[0].kind === kind
    )
    visit(name)
  }
  return Object.fromEntries([...found].sort(([a], [b]) => a < b ? -1 : 1))
}

const compress = (schemas) =>
  zlib.brotliCompressSync(JSON.stringify(schemas), {
    params: {
      [zlib.constants.BROTLI_PARAM_QUALITY]: 11,
      [zlib.constants.BROTLI_PARAM_LGWIN]: 24,
      [zlib.constants.BROTLI_PARAM_MODE]: zlib.constants.BROTLI_MODE_TEXT
    }
  }).toString("base64").replaceAll(/.{1,1000}/g, "$&\n")

/** The content of the file, from the schemas of a server of a version. */
export const render = (schemas, kinds, version) =>
  `/**
 * The schemas of the built-in kinds: JSON, compressed with brotli, in base64. Written by scripts/openapi-schemas.mjs
 * from the OpenAPI documents of kube-apiserver ${version} (Apache License 2.0).
 *
 * @since 0.1.0
 */

/** @since 0.1.0 @category constants */
export const data = \`
${compress(select(schemas, kinds))}\`
`
