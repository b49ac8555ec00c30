/** The JSON Schema of an input says what `decode` accepts, and of each field what `Options` says of it. */
import { assert, describe, it } from "@effect/vitest"
import { Ajv } from "ajv"
import { Ajv2020 } from "ajv/dist/2020.js"
import { Effect, JSONSchema, Predicate, Schema } from "effect"
import { BuildBackend, BuildError, BuildEvent, BuildInput } from "effect-os-builder"
import * as Fs from "node:fs"
import * as Path from "node:path"
import ts from "typescript"

// `Ajv` of the package is draft-07. Formats and annotations are not what is tested.
const draft7 = new Ajv({ strict: false, allErrors: true }).compile(JSONSchema.make(BuildInput.BuildInput))
const root = Path.resolve(import.meta.dirname, "../..")
const jsonSchema = JSONSchema.make(BuildInput.BuildInput, { target: "jsonSchema2020-12" })
const ajv = new Ajv2020({ strict: false, allErrors: true })
const draft2020 = ajv.compile(jsonSchema)

interface Field {
  readonly path: string
  readonly schema: object
}

/** Every property of every object in a JSON Schema, at its path: `mounts[].path`. */
const fieldsOf = (document: object): ReadonlyArray<Field> => {
  const walk = (schema: unknown, path: string): ReadonlyArray<Field> => {
    if (!Predicate.isRecord(schema)) return []
    const named = Predicate.isString(schema["$ref"])
      ? walk(
        Predicate.hasProperty(document, "$defs") && Reflect.get(Object(document.$defs), schema["$ref"].slice(8)),
        path
      )
      : []
    const properties = Object.entries(Predicate.isRecord(schema["properties"]) ? schema["properties"] : {})
      .filter(([, property]) => Predicate.isRecord(property) && !Object.hasOwn(property, "not"))
    const parts = ["allOf", "anyOf", "oneOf"].flatMap((key) => Array.isArray(schema[key]) ? schema[key] : [])
    return [
      ...named,
      ...properties.flatMap(([name, property]) => {
        const at = path === "" ? name : `${path}.${name}`
        return [{ path: at, schema: Object(property) }, ...walk(property, at)]
      }),
      ...parts.flatMap((part: unknown) => walk(part, path)),
      ...walk(schema["items"], `${path}[]`),
      ...walk(schema["additionalProperties"], `${path}{}`)
    ]
  }
  return walk(document, "")
}

const descriptionOf = ({ schema }: Field) =>
  Predicate.hasProperty(schema, "description") ? schema.description : undefined

const parsed = (file: string): ts.SourceFile =>
  ts.createSourceFile(file, Fs.readFileSync(Path.join(root, file), "utf8"), ts.ScriptTarget.Latest, true)

/** The docstring of each member, in one line. */
const docstringsOf = (
  source: ts.SourceFile,
  members: ReadonlyArray<ts.TypeElement | ts.ObjectLiteralElementLike>
): ReadonlyMap<string, string> =>
  new Map(members.flatMap((member) => {
    const [doc] = ts.getJSDocCommentsAndTags(member)
    const text = doc === undefined ? undefined : ts.getTextOfJSDocComment(doc.comment)
    return text === undefined || member.name === undefined
      ? []
      : [[member.name.getText(source), text.replace(/\s+/g, " ")]]
  }))

/** The docstring of each property of an interface. */
const docstrings = (file: string, name: string): ReadonlyMap<string, string> => {
  const source = parsed(file)
  const found = source.statements.find((statement) =>
    ts.isInterfaceDeclaration(statement) && statement.name.text === name
  )
  assert(found !== undefined && ts.isInterfaceDeclaration(found))
  return docstringsOf(source, Array.from(found.members))
}

/** The docstring of each field of a class, whose fields are the first object that its base is given. */
const classDocstrings = (files: ReadonlyArray<string>, name: string): ReadonlyMap<string, string> => {
  for (const source of files.map(parsed)) {
    const found = source.statements.find((statement) =>
      ts.isClassDeclaration(statement) && statement.name?.text === name
    )
    if (found === undefined || !ts.isClassDeclaration(found)) continue
    const call = found.heritageClauses?.[0]?.types[0]?.expression
    assert(call !== undefined && ts.isCallExpression(call))
    const fields = call.arguments.find((argument) => ts.isObjectLiteralExpression(argument))
    assert(fields !== undefined && ts.isObjectLiteralExpression(fields))
    return docstringsOf(source, Array.from(fields.properties))
  }
  return assert.fail(`no class ${name}`)
}

const encode = Schema.encodeSync(BuildInput.BuildInput)

const valid = {
  dockerfile: "FROM quay.io/fedora/fedora-bootc:43\n",
  baseImage: { pullspec: "quay.io/fedora/fedora-bootc:43" },
  finalImage: { pullspec: "registry.example.com:5000/acme/os:1" }
}

/** Each in the place of the fields of an input that is valid. */
const mistakes: ReadonlyArray<object> = [
  { dockerfile: "" },
  { dockerfile: 1 },
  { baseImage: "quay.io/fedora/fedora-bootc:43" },
  { baseImage: { pullspec: "fedora:43" } },
  { baseImage: { pullspec: "acme/os:1" } },
  { baseImage: { pullspec: "https://quay.io/acme/os:1" } },
  { baseImage: { pullspec: "quay.io/Acme/os:1" } },
  { baseImage: { pullspec: "quay.io/acme/os:1@sha256:abc" } },
  { baseImage: { pullspec: "quay.io/acme/os:1", secret: "a" } },
  { baseImage: { pullspec: "quay.io/acme/os:1", secretName: "A_b" } },
  { finalImage: undefined },
  { finalImage: { pullspec: `quay.io/acme/os@sha256:${"0a".repeat(32)}` } },
  { colour: "blue" },
  { buildArgs: { "1A": "" } },
  { buildArgs: { BASE_IMAGE: "a" } },
  { buildArgs: { A: 1 } },
  { imageLabels: { "a=b": "" } },
  { imageLabels: [] },
  { context: { "/etc/motd": "" } },
  { context: { "a/../b": "" } },
  { context: { "a/": "" } },
  { context: { a: { base64: "?" } } },
  { context: { a: { base64: "", mode: 8 * 8 * 8 * 8 } } },
  { context: { a: { link: "" } } },
  { context: { a: { directory: false } } },
  { context: { image: { pullspec: "quay.io/acme/context:1" } } },
  { context: { git: { url: "https://git.example.com/os.git", commit: "main" } } },
  { mounts: [{ kind: "Pod", name: "a", path: "/opt/a" }] },
  { mounts: [{ kind: "Secret", name: "a", path: "opt/a" }] },
  { mounts: [{ kind: "Secret", name: "a", path: "/opt/../a" }] },
  { mounts: [{ kind: "Secret", name: "a", path: "/a:b" }] },
  { trustBundle: { configMapName: "a", key: ".." } },
  { proxy: { http: "http://user:password@proxy.example.com" } },
  { proxy: { https: "proxy.example.com:3128" } },
  { architecture: "x86_64" },
  { resources: { memory: "2GB" } },
  { resources: { memory: "512m" } },
  { resources: { cpu: "0" } },
  { placement: { nodeSelector: { "a b": "" } } },
  { placement: { nodeSelector: { a: "b c" } } },
  { placement: { tolerations: [{ operator: "In", key: "a" }] } },
  { objectLabels: { "kueue.x-k8s.io/queue-name": "a" } },
  { objectLabels: Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`a${index}`, ""])) },
  { queueName: "A" },
  { timeout: "soon" },
  { timeout: 3600 },
  { retries: 11 },
  { retries: 0.5 },
  { revision: "a".repeat(257) },
  { metadata: { "a=b": "" } }
]

describe("the JSON Schema of BuildInput", () => {
  it("JSON Schema: describes every field", () => {
    const fields = fieldsOf(jsonSchema)
    assert.isAbove(fields.length, 40)
    assert.deepStrictEqual(fields.filter((field) => descriptionOf(field) === undefined).map(({ path }) => path), [])
  })

  it("JSON Schema: says of each field what Options says of it", () => {
    const described = new Map(fieldsOf(jsonSchema).map((field) => [field.path, descriptionOf(field)]))
    const options = docstrings("src/core/input/Options.ts", "Options")
    for (const name of Object.keys(BuildInput.BuildInput.fields)) {
      assert.strictEqual(described.get(name), options.get(name), name)
    }
  })

  it("JSON Schema: gives only examples and defaults that are valid", () => {
    for (const { path, schema } of fieldsOf(jsonSchema)) {
      const validate = ajv.compile({ ...schema, $defs: Reflect.get(jsonSchema, "$defs") })
      const shown: ReadonlyArray<unknown> = [
        ...(Predicate.hasProperty(schema, "examples") && Array.isArray(schema.examples) ? schema.examples : []),
        ...(Predicate.hasProperty(schema, "default") ? [schema.default] : [])
      ]
      for (const value of shown) assert.isTrue(validate(value), `${path}: ${JSON.stringify(value)}`)
    }
  })

  it("JSON Schema: has the defaults", () => {
    const defaults = Object.fromEntries(
      fieldsOf(jsonSchema).flatMap(({ path, schema }) =>
        Predicate.hasProperty(schema, "default") && !path.startsWith("context") ? [[path, schema.default]] : []
      )
    )
    assert.deepStrictEqual(defaults, {
      inheritLabels: true,
      squash: false,
      timeout: "1h",
      pendingTimeout: "10m",
      retries: BuildInput.defaults.retries,
      "resources.cpu": BuildInput.defaults.resources.cpu,
      "resources.memory": BuildInput.defaults.resources.memory,
      "resources.ephemeralStorage": BuildInput.defaults.resources.ephemeralStorage,
      "trustBundle.key": BuildInput.defaults.trustBundle.key,
      "placement.tolerations[].operator": "Equal"
    })
  })

  it.prop("JSON Schema: accepts every input as JSON", [BuildInput.BuildInput], ([input]) => {
    const json: unknown = JSON.parse(JSON.stringify(encode(input)))
    assert.isTrue(draft2020(json), JSON.stringify(draft2020.errors))
    assert.isTrue(draft7(json), JSON.stringify(draft7.errors))
  }, { timeout: 300_000, fastCheck: { numRuns: 100 } })

  it.effect.each(mistakes)("JSON Schema: refuses as decode does %j", (mistake) =>
    Effect.gen(function*() {
      const json = { ...valid, ...mistake }
      const { issues } = yield* Effect.flip(BuildInput.decode(json))
      assert.isNotEmpty(issues)
      assert.isFalse(draft2020(json))
      assert.isFalse(draft7(json))
    }))

  it.effect("JSON Schema: accepts the input that the mistakes are made in", () =>
    Effect.gen(function*() {
      yield* BuildInput.decode(valid)
      assert.isTrue(draft2020(valid))
    }))
})

describe("the JSON Schema of what a build says", () => {
  const files = ["BuildRef", "BuildStatus", "BuildEvent", "BuildError", "status/Reasons", "status/BuiltImage"]
    .concat("input/Issue", "service/BuildSummary").map((file) => `src/core/${file}.ts`)
  const classNames: Readonly<Record<string, string>> = { BuildIssue: "Issue" }
  const document = JSONSchema.make(
    Schema.Union(BuildEvent.BuildEvent, BuildError.BuildError, BuildBackend.BuildSummary),
    { target: "jsonSchema2020-12" }
  )
  const definitions: ReadonlyArray<[string, unknown]> = Object.entries(Object(document).$defs).filter((
    [, definition]
  ) => Predicate.hasProperty(definition, "properties"))

  it("JSON Schema: has every status, event and error, and what they are made of", () => {
    assert.sameMembers(definitions.map(([name]) => name), [
      ...["BackendError", "BaseImage", "BaseUnavailable", "Blocked", "BuildCancelled", "BuildErrored", "BuildFailed"],
      ...["BuildIssue", "BuildNotFound", "BuildRef", "BuildRejected", "BuildSummary", "BuiltImage", "Cancelled"],
      ...[
        "Errored",
        "Failed",
        "LogLine",
        "LogLost",
        "PassedOver",
        "Pending",
        "PodReference",
        "Running",
        "StatusChanged"
      ],
      ...["Step", "Submitted", "Succeeded"]
    ])
  })

  it.each(definitions)("JSON Schema: says of each field of %s what its docstring says", (name, definition) => {
    const docs = classDocstrings(files, classNames[name] ?? name)
    const properties = Object.entries(Object(Reflect.get(Object(definition), "properties"))).filter(([field]) =>
      field !== "_tag"
    )
    assert.deepStrictEqual(
      properties.map(([field, schema]) => [field, descriptionOf({ path: field, schema: Object(schema) })]),
      properties.map(([field]) => [field, docs.get(field) ?? "no docstring"])
    )
  })
})
