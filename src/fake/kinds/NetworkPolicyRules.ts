/**
 * The rules of NetworkPolicies, and what is warned of in them, by k8s.io/kubernetes pkg/apis/networking/validation and
 * pkg/registry/networking/networkpolicy (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as CidrRules from "./CidrRules.js"
import * as PortRules from "./PortRules.js"
import * as Workloads from "./Workloads.js"

const protocols = ["TCP", "UDP", "SCTP"]

const types = ["Ingress", "Egress"]

const portErrors = (port: JsonObject, field: string): Status.FieldErrors => {
  const [protocol, number, end] = [Json.text(port, "protocol"), port["port"], Json.number(port, "endPort")]
  const ending = (why: string) => end === undefined ? [] : [Status.invalidValue(`${field}.endPort`, end, why)]
  return [
    ...(protocol === undefined || protocols.includes(protocol)
      ? []
      : [Status.unsupportedValue(`${field}.protocol`, protocol, protocols)]),
    ...(number === undefined
      ? ending("may not be specified when `port` is not specified")
      : typeof number === "number"
      ? [
        ...PortRules.number(number, `${field}.port`),
        ...(end !== undefined && end < number ? ending("must be greater than or equal to `port`") : []),
        ...(end === undefined ? [] : PortRules.number(end, `${field}.endPort`))
      ]
      : [
        ...ending("may not be specified when `port` is non-numeric"),
        ...Status.invalidValues(`${field}.port`, number, PortRules.nameMessages(String(number)))
      ])
  ]
}

const blockErrors = (block: JsonObject, field: string, before: ReadonlyArray<string>): Status.FieldErrors => {
  const cidr = Json.text(block, "cidr") ?? ""
  const whole = CidrRules.parse(cidr)
  return cidr === "" ? [] : [
    ...CidrRules.legacy(cidr, `${field}.cidr`, before),
    ...(whole === undefined ? [] : Json.texts(block, "except").flatMap((except, index) => {
      const here = `${field}.except[${index}]`
      const part = CidrRules.parse(except)
      return [
        ...CidrRules.legacy(except, here, before),
        ...(part === undefined || CidrRules.isWithin(part, whole)
          ? []
          : [Status.invalidValue(here, except, "must be a strict subset of `cidr`")])
      ]
    }))
  ]
}

const selectors = ["podSelector", "namespaceSelector"]

const peerErrors = (peer: JsonObject, field: string, before: ReadonlyArray<string>): Status.FieldErrors => {
  const given = selectors.filter((name) => peer[name] !== undefined)
  const { ipBlock } = peer
  return [
    ...given.flatMap((name) => Workloads.selector(peer[name], `${field}.${name}`)),
    ...(Json.isObject(ipBlock) ? blockErrors(ipBlock, `${field}.ipBlock`, before) : []),
    ...(ipBlock === undefined
      ? given.length === 0 ? [Status.required(field, "must specify a peer")] : []
      : given.length === 0
      ? []
      : [Status.forbiddenField(field, "may not specify both ipBlock and another peer")])
  ]
}

const directions = [["ingress", "from"], ["egress", "to"]] as const

/** Each peer with its path. */
const peersOf = (policy: JsonObject) =>
  directions.flatMap(([direction, peers]) =>
    Json.objects(policy, "spec", direction).flatMap((rule, index) =>
      Json.objects(rule, peers).map((peer, at) => ({ peer, field: `spec.${direction}[${index}].${peers}[${at}]` }))
    )
  )

const blocksOf = (policy: JsonObject): ReadonlyArray<string> =>
  peersOf(policy).flatMap(({ peer }) => [
    ...Json.texts([Json.at(peer, "ipBlock", "cidr") ?? ""]),
    ...Json.texts(peer, "ipBlock", "except")
  ])

/** The rules of a policy; blocks that were in the one before it stay. @since 0.1.0 @category rules  */
export const spec = (policy: JsonObject, previous?: JsonObject): Status.FieldErrors => {
  const before = previous === undefined ? [] : blocksOf(previous)
  const kinds = Json.texts(policy, "spec", "policyTypes")
  return [
    ...Workloads.selector(Json.at(policy, "spec", "podSelector"), "spec.podSelector"),
    ...directions.flatMap(([direction, peers]) =>
      Json.objects(policy, "spec", direction).flatMap((rule, index) => {
        const field = `spec.${direction}[${index}]`
        return [
          ...Json.objects(rule, "ports").flatMap((port, at) => portErrors(port, `${field}.ports[${at}]`)),
          ...Json.objects(rule, peers).flatMap((peer, at) => peerErrors(peer, `${field}.${peers}[${at}]`, before))
        ]
      })
    ),
    ...(kinds.length > types.length
      ? [Status.invalidValue("spec.policyTypes", kinds, "may not specify more than two policyTypes")]
      : kinds.flatMap((type, index) =>
        types.includes(type) ? [] : [Status.unsupportedValue(`spec.policyTypes[${index}]`, type, types)]
      )),
    // A server has this rule from its schema, whose errors come last.
    ...peersOf(policy).flatMap(({ field, peer: { ipBlock } }) =>
      Json.isObject(ipBlock) && (Json.text(ipBlock, "cidr") ?? "") === ""
        ? [Status.required(`${field}.ipBlock.cidr`)]
        : []
    )
  ]
}

/** @since 0.1.0 @category rules */
export const warnings = (policy: JsonObject): ReadonlyArray<string> =>
  peersOf(policy).flatMap(({ field, peer }) => {
    const cidr = Json.text(peer, "ipBlock", "cidr")
    return cidr === undefined ? [] : [
      ...CidrRules.warnings(cidr, `${field}.ipBlock.cidr`),
      ...Json.texts(peer, "ipBlock", "except").flatMap((except, index) =>
        CidrRules.warnings(except, `${field}.ipBlock.except[${index}]`)
      )
    ]
  })
