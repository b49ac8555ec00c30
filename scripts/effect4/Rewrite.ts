/**
 * Renames the names of Effect in one file. Only the text of a name and the imports change: a file that needs more than that
 * belongs to the seam.
 */
import { dirname, relative } from "node:path"
import ts from "typescript"
import * as Renames from "../../effect4/names/renames.js"
import type { Name } from "./Table.js"

const methods = new Map(Object.entries(Renames.methods))

const values = new Map(Object.entries(Renames.valuesOfEither))

const tags = new Map(Object.entries(Renames.tagsOfEither))

export interface Rewritten {
  readonly text: string
  readonly names: number
  /** `module#name` with its line. */
  readonly unknown: ReadonlyArray<string>
}

interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** A name in the file that stands for a module of Effect. */
interface Namespace {
  readonly module: string
  readonly isType: boolean
}

const isOfEffect = (module: string): boolean =>
  module === "effect" || module.startsWith("effect/") || module.startsWith("@effect/")

const isOfSeam = (module: string): boolean => module.startsWith("seam/") || module.startsWith("test/")

/** Packages whose barrel has a namespace for each module. */
const barrels: ReadonlySet<string> = new Set(["effect", "@effect/platform", "@effect/platform-node"])

/** `seam/X` is a file below `src/effect` of the built tree, and `test/X` one below `test`. */
const specifierOf = (module: string, path: string): string => {
  if (!isOfSeam(module)) return module
  const to = relative(dirname(path), `${module.replace("seam/", "src/effect/")}.js`)
  return to.startsWith(".") ? to : `./${to}`
}

const applied = (text: string, edits: ReadonlyArray<Edit>): string =>
  [...edits].sort((a, b) => b.start - a.start).reduce(
    (result, edit) => result.slice(0, edit.start) + edit.text + result.slice(edit.end),
    text
  )

/** @param path of the file in the tree, from which imports of the seam are written. */
export const rewrite = (path: string, text: string, lookup: (name: Name) => Name | undefined): Rewritten => {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true)
  const edits: Array<Edit> = []
  const unknown: Array<string> = []
  let names = 0
  const namespaces = new Map<string, Namespace>()
  const kept = new Set<string>()
  const added = new Map<string, { alias: string; isType: boolean }>()
  const words = new Set<string>()

  const resolve = (node: ts.Node, name: Name): Name => {
    const found = lookup(name)
    if (found !== undefined) return found
    const { line } = source.getLineAndCharacterOfPosition(node.getStart())
    unknown.push(`${path}:${line + 1}: ${name.module}#${name.member}`)
    return name
  }

  const aliasOf = (module: string, isType: boolean): string => {
    for (const [local, namespace] of namespaces) {
      if (namespace.module === module && (isType || !namespace.isType)) {
        kept.add(local)
        return local
      }
    }
    const before = added.get(module)
    if (before !== undefined) {
      before.isType &&= isType
      return before.alias
    }
    const base = module.slice(module.lastIndexOf("/") + 1)
    let alias = isOfSeam(module) ? `${base}Of3` : base
    while (words.has(alias)) alias = `Effect${alias}`
    words.add(alias)
    added.set(module, { alias, isType })
    return alias
  }

  const collect = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) words.add(node.text)
    ts.forEachChild(node, collect)
  }
  collect(source)

  const imports: Array<ts.ImportDeclaration> = []
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue
    const module = statement.moduleSpecifier.text
    if (!isOfEffect(module)) continue
    imports.push(statement)
    const clause = statement.importClause
    if (clause?.namedBindings === undefined) continue
    const isType = clause.isTypeOnly
    if (ts.isNamespaceImport(clause.namedBindings)) {
      namespaces.set(clause.namedBindings.name.text, { module, isType })
      continue
    }
    for (const element of clause.namedBindings.elements) {
      const member = (element.propertyName ?? element.name).text
      if (barrels.has(module) && /^[A-Z]/.test(member)) {
        namespaces.set(element.name.text, { module: `${module}/${member}`, isType: isType || element.isTypeOnly })
      }
    }
  }

  const hasEither = [...namespaces.values()].some(({ module }) => module === "effect/Either") ||
    [...namespaces].some(([local, { module }]) =>
      (module === "effect/Effect" || module === "effect/Stream") && text.includes(`${local}.either`)
    )

  const rename = (left: ts.Identifier, right: ts.MemberName): void => {
    const namespace = namespaces.get(left.text)
    if (namespace === undefined) return
    const from: Name = { module: namespace.module, member: right.text }
    const to = resolve(right, from)
    if (to.module === from.module) {
      kept.add(left.text)
      if (to.member !== from.member) edits.push({ start: right.getStart(), end: right.getEnd(), text: to.member })
    } else {
      edits.push({
        start: left.getStart(),
        end: right.getEnd(),
        text: `${aliasOf(to.module, namespace.isType)}.${to.member}`
      })
    }
    if (to.module !== from.module || to.member !== from.member) names += 1
  }

  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) return
    if (ts.isPropertyAccessExpression(node)) {
      if (ts.isIdentifier(node.expression) && namespaces.has(node.expression.text)) {
        rename(node.expression, node.name)
        return
      }
      const value = hasEither ? values.get(node.name.text) : undefined
      if (value !== undefined) edits.push({ start: node.name.getStart(), end: node.name.getEnd(), text: value })
      const method = ts.isCallExpression(node.parent) && node.parent.expression === node
        ? methods.get(node.name.text)
        : undefined
      if (method !== undefined) edits.push({ start: node.name.getStart(), end: node.name.getEnd(), text: method })
      visit(node.expression)
      return
    }
    const tag = hasEither && ts.isStringLiteral(node) ? tags.get(node.text) : undefined
    if (tag !== undefined) edits.push({ start: node.getStart() + 1, end: node.getEnd() - 1, text: tag })
    if (ts.isQualifiedName(node) && ts.isQualifiedName(node.left) && ts.isIdentifier(node.left.left)) {
      const namespace = namespaces.get(node.left.left.text)
      const member = `${node.left.right.text}.${node.right.text}`
      const to = namespace === undefined ? undefined : lookup({ module: namespace.module, member })
      if (namespace !== undefined && to !== undefined) {
        names += 1
        const alias = aliasOf(to.module, namespace.isType)
        edits.push({ start: node.getStart(), end: node.getEnd(), text: `${alias}.${to.member}` })
        return
      }
    }
    if (ts.isQualifiedName(node) && ts.isIdentifier(node.left)) {
      rename(node.left, node.right)
      return
    }
    if (
      ts.isIdentifier(node) && namespaces.has(node.text) &&
      !((ts.isPropertyAssignment(node.parent) || ts.isPropertySignature(node.parent) ||
        ts.isMethodDeclaration(node.parent) || ts.isClassDeclaration(node.parent) ||
        ts.isTypeAliasDeclaration(node.parent) || ts.isVariableDeclaration(node.parent)) && node.parent.name === node)
    ) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart())
      unknown.push(`${path}:${line + 1}: ${namespaces.get(node.text)?.module ?? ""} as a value`)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)

  for (const statement of imports) {
    const clause = statement.importClause
    const bindings = clause?.namedBindings
    if (clause === undefined || bindings === undefined || !ts.isStringLiteral(statement.moduleSpecifier)) continue
    const module = statement.moduleSpecifier.text
    const whole = { start: statement.getStart(), end: statement.getEnd() }
    if (ts.isNamespaceImport(bindings)) {
      if (!kept.has(bindings.name.text)) edits.push({ ...whole, text: "" })
      continue
    }
    const groups = new Map<string, Array<string>>()
    for (const element of bindings.elements) {
      const member = (element.propertyName ?? element.name).text
      const prefix = element.isTypeOnly ? "type " : ""
      const local = element.name.text
      if (namespaces.has(local)) {
        if (kept.has(local)) {
          groups.set(module, [
            ...groups.get(module) ?? [],
            prefix + (member === local ? local : `${member} as ${local}`)
          ])
        }
        continue
      }
      const to = resolve(element, { module, member })
      const specifier = specifierOf(to.module, path)
      groups.set(specifier, [
        ...groups.get(specifier) ?? [],
        prefix + (to.member === local ? local : `${to.member} as ${local}`)
      ])
    }
    const keyword = clause.isTypeOnly ? "import type" : "import"
    edits.push({
      ...whole,
      text: [...groups].map(([from, members]) => `${keyword} { ${members.join(", ")} } from "${from}"`).join("\n")
    })
  }

  // A name whose own import is gone is free.
  for (const [module, entry] of added) {
    const base = module.slice(module.lastIndexOf("/") + 1)
    if (isOfSeam(module) || entry.alias === base || !namespaces.has(base) || kept.has(base)) continue
    edits.forEach((edit, index) => {
      if (edit.text.startsWith(`${entry.alias}.`)) {
        edits[index] = { ...edit, text: base + edit.text.slice(entry.alias.length) }
      }
    })
    entry.alias = base
  }

  const lines = [...added].map(([module, { alias, isType }]) => {
    return `import ${isType ? "type " : ""}* as ${alias} from "${specifierOf(module, path)}"`
  })
  if (lines.length > 0) {
    const start = imports[0]?.getStart() ?? 0
    edits.push({ start, end: start, text: `${lines.join("\n")}\n` })
  }
  return { text: applied(text, edits), names, unknown }
}
