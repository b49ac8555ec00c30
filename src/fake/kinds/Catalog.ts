/**
 * The kinds of a server, and their discovery documents.
 *
 * @since 0.1.0
 */
import { createHash } from "node:crypto"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Kind from "./Kind.js"

const verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]

const verbsOf = (kind: Kind.Kind): ReadonlyArray<string> =>
  kind.virtual ? ["create"] : verbs.filter((verb) => verb !== "deletecollection" || Kind.isCollection(kind))

/** @since 0.1.0 @category models */
export class Catalog {
  private readonly own: ReadonlyArray<Kind.Kind>
  private readonly custom: () => ReadonlyArray<Kind.Kind>
  private readonly byPlural: ReadonlyMap<string, Kind.Kind>
  private readonly byKind: ReadonlyMap<string, Kind.Kind>

  /** `custom` returns the kinds that are defined now, by CustomResourceDefinitions. */
  constructor(kinds: ReadonlyArray<Kind.Kind>, custom: () => ReadonlyArray<Kind.Kind> = () => []) {
    this.own = kinds
    this.custom = custom
    this.byPlural = new Map(kinds.map((kind) => [`${Kind.apiVersion(kind)}/${kind.plural}`, kind]))
    this.byKind = new Map(kinds.map((kind) => [`${Kind.apiVersion(kind)}/${kind.kind}`, kind]))
  }

  /** All kinds that are served now. */
  get kinds(): ReadonlyArray<Kind.Kind> {
    return [...this.own, ...this.custom()]
  }

  /** The kinds that are stored, each in one version. */
  get stored(): ReadonlyArray<Kind.Kind> {
    return [
      ...new Map(
        this.kinds.filter((kind) => !kind.virtual).toReversed().map((kind) => [Kind.resource(kind), kind])
      ).values()
    ].toReversed()
  }

  /** The kind with a plural. */
  served(group: string, version: string, plural: string): Kind.Kind | undefined {
    return this.byPlural.get(`${group === "" ? version : `${group}/${version}`}/${plural}`)
      ?? this.custom().find((kind) => kind.group === group && kind.version === version && kind.plural === plural)
  }

  /** The kind of an object, by its apiVersion and kind. */
  named(apiVersion: string, kind: string): Kind.Kind | undefined {
    return this.byKind.get(`${apiVersion}/${kind}`)
      ?? this.custom().find((one) => one.kind === kind && Kind.apiVersion(one) === apiVersion)
  }

  /** The discovery document at a path such as `/apis/batch/v1`. */
  document(path: string): JsonObject | undefined {
    if (path === "/api") {
      return { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] }
    }
    if (path === "/apis") {
      return { kind: "APIGroupList", apiVersion: "v1", groups: this.groups.map((group) => this.group(group)) }
    }
    const [root, group = "", version] = path.split("/").slice(1)
    if (root === "api" && version === undefined) {
      return this.resources("", group)
    }
    if (root !== "apis" || !this.groups.includes(group)) {
      return undefined
    }
    return version === undefined
      ? { kind: "APIGroup", apiVersion: "v1", ...this.group(group) }
      : this.resources(group, version)
  }

  private get groups(): ReadonlyArray<string> {
    return [...new Set(this.kinds.map((kind) => kind.group))].filter((group) => group !== "")
  }

  private group(name: string): JsonObject {
    const versions = [...new Set(this.kinds.filter((kind) => kind.group === name).map((kind) => kind.version))]
      .map((version) => ({ groupVersion: `${name}/${version}`, version }))
    return Json.make({ name, versions, preferredVersion: versions[0] })
  }

  private resources(group: string, version: string): JsonObject | undefined {
    const kinds = this.kinds.filter((kind) => kind.group === group && kind.version === version)
    return kinds.length === 0 ? undefined : {
      kind: "APIResourceList",
      apiVersion: "v1",
      groupVersion: group === "" ? version : `${group}/${version}`,
      resources: kinds.flatMap(resources)
    }
  }
}

/** The hash by which clients see that a kind is stored in another version, as in k8s.io/apiserver pkg/endpoints/discovery (v0.37). */
const storageVersionHash = (kind: Kind.Kind): string =>
  createHash("sha256").update(`${kind.group}/${kind.version}/${kind.kind}`).digest().subarray(0, 8).toString("base64")

const resources = (kind: Kind.Kind): ReadonlyArray<JsonObject> => {
  const { namespaced, plural: name, singular: singularName } = kind
  const sub = (subresource: string, verbs: ReadonlyArray<string>): JsonObject => ({
    name: `${name}/${subresource}`,
    singularName: "",
    namespaced,
    kind: kind.kind,
    verbs
  })
  return [
    Json.make({
      name,
      singularName,
      namespaced,
      kind: kind.kind,
      verbs: verbsOf(kind),
      shortNames: kind.shortNames.length === 0 ? undefined : kind.shortNames,
      categories: kind.categories.length === 0 ? undefined : kind.categories,
      storageVersionHash: kind.virtual || Kind.isCustom(kind) ? undefined : storageVersionHash(kind)
    }),
    ...kind.subresources.map(({ group, kind, name, verbs, version }) =>
      Json.make({ ...sub(name, verbs), kind, group, version })
    ),
    ...Object.entries(kind.parts).map(([name, { verbs }]) => sub(name, verbs)),
    ...(kind.log ? [sub("log", ["get"])] : []),
    ...(kind.scale === undefined ? [] : [{
      ...sub("scale", ["get", "patch", "update"]),
      kind: "Scale",
      group: "autoscaling",
      version: "v1"
    }]),
    ...(kind.status ? [sub("status", ["get", "patch", "update"])] : [])
  ]
}
