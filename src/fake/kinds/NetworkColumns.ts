/**
 * The columns of Services and of the kinds of networking and discovery, as in k8s.io/kubernetes
 * pkg/printers/internalversion/printers.go (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import { selectorText } from "./AppsColumns.js"
import * as Column from "./Column.js"

type Columns = ReadonlyArray<Column.Column>

const none = "<none>"

const joined = (texts: ReadonlyArray<string>): string => texts.length === 0 ? none : texts.join(",")

const at = (...path: ReadonlyArray<string>) => (object: JsonObject): string => Json.text(object, ...path) ?? none

const balancers = (object: JsonObject): ReadonlyArray<string> =>
  Json.objects(object, "status", "loadBalancer", "ingress").flatMap((one) =>
    Json.text(one, "ip") ?? Json.text(one, "hostname") ?? []
  )

const externalIp = (object: JsonObject): string => {
  const external = Json.texts(object, "spec", "externalIPs")
  switch (Json.text(object, "spec", "type")) {
    case "ExternalName":
      return Json.text(object, "spec", "externalName") ?? ""
    case "LoadBalancer": {
      const all = [...balancers(object), ...external]
      return all.length === 0 ? "<pending>" : all.join(",")
    }
    default:
      return joined(external)
  }
}

const servicePorts = (object: JsonObject): string =>
  joined(
    Json.objects(object, "spec", "ports").map((port) => {
      const node = Json.number(port, "nodePort") ?? 0
      return `${Json.number(port, "port")}${node > 0 ? `:${node}` : ""}/${Json.text(port, "protocol")}`
    })
  )

/** @since 0.1.0 @category constants */
export const service: Columns = [
  Column.name,
  Column.make("Type", at("spec", "type")),
  Column.make("Cluster-IP", (object) => Json.texts(object, "spec", "clusterIPs")[0] ?? none),
  Column.make("External-IP", externalIp),
  Column.make("Port(s)", servicePorts),
  Column.age,
  Column.wide(
    "Selector",
    (object) =>
      joined(Object.entries(Json.record(object, "spec", "selector")).map(([key, value]) => `${key}=${value}`).sort())
  )
]

const most = (texts: ReadonlyArray<string>): string =>
  texts.length > 3 ? `${texts.slice(0, 3).join(",")} + ${texts.length - 3} more...` : joined(texts)

/** @since 0.1.0 @category constants */
export const endpoints: Columns = [
  Column.name,
  Column.make(
    "Endpoints",
    (object) =>
      most(
        Json.objects(object, "subsets").flatMap((subset) =>
          Json.objects(subset, "addresses").flatMap((address) =>
            Json.objects(subset, "ports").map((port) => `${Json.text(address, "ip")}:${Json.number(port, "port")}`)
          )
        )
      )
  ),
  Column.age
]

/** @since 0.1.0 @category constants */
export const endpointSlice: Columns = [
  Column.name,
  Column.make("AddressType", at("addressType")),
  Column.make("Ports", (object) => {
    const ports = Json.objects(object, "ports").map((port) => String(Json.number(port, "port") ?? "*"))
    return ports.length === 0 ? "<unset>" : most(ports)
  }),
  Column.make("Endpoints", (object) => {
    const all = Json.objects(object, "endpoints").flatMap((one) => Json.texts(one, "addresses"))
    return all.length === 0 ? "<unset>" : most(all)
  }),
  Column.age
]

/** @since 0.1.0 @category constants */
export const networkPolicy: Columns = [
  Column.name,
  Column.make("Pod-Selector", (object) => {
    const selector = selectorText(Json.at(object, "spec", "podSelector"))
    return selector === "" ? none : selector
  }),
  Column.age
]

const hosts = (object: JsonObject): string => {
  const all = Json.objects(object, "spec", "rules").flatMap((rule) => Json.text(rule, "host") ?? [])
  return all.length === 0 ? "*" : most(all)
}

/** @since 0.1.0 @category constants */
export const ingress: Columns = [
  Column.name,
  Column.make("Class", at("spec", "ingressClassName")),
  Column.make("Hosts", hosts),
  Column.make("Address", (object) => balancers(object).join(",")),
  Column.make("Ports", (object) => Json.list(object, "spec", "tls").length > 0 ? "80, 443" : "80"),
  Column.age
]

/** @since 0.1.0 @category constants */
export const ingressClass: Columns = [
  Column.name,
  Column.make("Controller", at("spec", "controller")),
  Column.make("Parameters", (object) => {
    const [kind, name] = [
      Json.text(object, "spec", "parameters", "kind"),
      Json.text(object, "spec", "parameters", "name")
    ]
    const group = Json.text(object, "spec", "parameters", "apiGroup")
    return kind === undefined ? none : `${kind}${group === undefined ? "" : `.${group}`}/${name}`
  }),
  Column.age
]
