/**
 * The rules of a Service's addresses within the cluster and of their families, by k8s.io/kubernetes pkg/apis/core/validation
 * (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as IpRules from "./IpRules.js"

const field = "spec.clusterIPs"

const families = ["IPv4", "IPv6"]

const policies = ["PreferDualStack", "RequireDualStack", "SingleStack"]

const ipsOf = (spec: JsonObject): ReadonlyArray<string> => Json.texts(spec, "clusterIPs")

const familiesOf = (spec: JsonObject): ReadonlyArray<string> => Json.texts(spec, "ipFamilies")

/** Whether a Service has no address. @since 0.1.0 @category predicates  */
export const isHeadless = (spec: JsonObject): boolean => ipsOf(spec).length === 1 && ipsOf(spec)[0] === "None"

/** The list of addresses as Go has it: null if there is none. */
const shown = (spec: JsonObject): Json.Value => spec["clusterIPs"] ?? null

const firstErrors = (spec: JsonObject): Status.FieldErrors => {
  const ip = Json.text(spec, "clusterIP") ?? ""
  const [first] = ipsOf(spec)
  return ip === ""
    ? first === undefined
      ? []
      : [Status.invalidValue(field, shown(spec), "must be empty when `clusterIP` is not specified")]
    : first === undefined
    ? [Status.required(field)]
    : first === ip
    ? []
    : [Status.invalidValue(field, shown(spec), "first value must match `clusterIP`")]
}

const familyErrors = (spec: JsonObject): Status.FieldErrors => {
  const given = familiesOf(spec)
  const policy = Json.text(spec, "ipFamilyPolicy")
  return [
    ...given.flatMap((family, index) => [
      ...(families.includes(family)
        ? []
        : [Status.unsupportedValue(`spec.ipFamilies[${index}]`, family, families)]),
      ...(given.indexOf(family) < index ? [Status.duplicate(`spec.ipFamilies[${index}]`, family)] : [])
    ]),
    ...(policy === undefined || policies.includes(policy)
      ? []
      : [Status.unsupportedValue("spec.ipFamilyPolicy", policy, policies)])
  ]
}

/** Those of the addresses; `isBroken` says whether one is not an address at all. */
const ipErrors = (spec: JsonObject, before: ReadonlyArray<string>) => {
  const ips = ipsOf(spec)
  const wrong = ips.flatMap((ip, index): Status.FieldErrors =>
    index === 0 && ip === "None"
      ? ips.length > 1 ? [Status.invalidValue(field, shown(spec), "'None' must be the first and only value")] : []
      : IpRules.legacy(ip, `${field}[${index}]`, before)
  )
  return {
    isBroken: wrong.length > 0,
    errors: [
      ...wrong,
      ...(ips.length > 2 ? [Status.invalidValue(field, shown(spec), "may only hold up to 2 values")] : [])
    ]
  }
}

/** The rules of the addresses and families of a spec, given that before an update. @since 0.1.0 @category rules  */
export const clusterErrors = (spec: JsonObject, before: JsonObject | undefined): Status.FieldErrors => {
  if (spec["type"] === "ExternalName") return []
  const ips = ipsOf(spec)
  const { errors, isBroken } = ipErrors(spec, before === undefined ? [] : ipsOf(before))
  const early = [...firstErrors(spec), ...familyErrors(spec), ...errors]
  if (isBroken) return early
  const isDual = ips.some(IpRules.isOf6) && !ips.every(IpRules.isOf6)
  return [
    ...early,
    ...(ips.length > 1 && !isDual
      ? [Status.invalidValue(field, shown(spec), "may specify no more than one IP for each IP family")]
      : []),
    ...(isHeadless(spec) ? [] : ips.flatMap((ip, index) => {
      const family = familiesOf(spec)[index]
      return (family === "IPv4" && IpRules.isOf6(ip)) || (family === "IPv6" && !IpRules.isOf6(ip))
        ? [Status.invalidValue(
          `${field}[${index}]`,
          ip,
          `expected an ${family} value as indicated by \`ipFamilies[${index}]\``
        )]
        : []
    }))
  ]
}

const unset = (path: string, list: Json.Value, what: string) =>
  Status.invalidValue(path, list, `primary ${what} can not be unset`)

/** The changes of one of the lists; `values` are those that messages show. */
const listErrors = (
  name: "clusterIPs" | "ipFamilies",
  next: JsonObject,
  previous: JsonObject
): Status.FieldErrors => {
  const [now, then] = [next, previous].map((spec) => Json.texts(spec, name))
  const ofIps = name === "clusterIPs"
  const path = (index: number) => `spec.${name}[${ofIps ? index : 0}]`
  const changed = (index: number, list: Json.Value) => Status.invalidValue(path(index), list, "may not change once set")
  if (now === undefined || then === undefined) return []
  if (now.length === then.length) {
    return then.flatMap((value, index) => value === now[index] ? [] : [changed(index, next[name] ?? null)])
  }
  const isFirst = now[0] === undefined || then[0] === undefined || now[0] === then[0]
  const first = isFirst ? [] : [changed(0, shown(next))]
  return now.length > then.length ? first : [
    ...(ipsOf(next).length === 0 ? [unset(path(0), next[name] ?? null, ofIps ? "clusterIP" : "ipFamily")] : []),
    ...first,
    ...(now.length === 1 && next["ipFamilyPolicy"] !== "SingleStack"
      ? [Status.invalidValue(
        "spec.ipFamilyPolicy",
        next["ipFamilyPolicy"] ?? null,
        `must be set to 'SingleStack' when releasing the secondary ${ofIps ? "clusterIP" : "ipFamily"}`
      )]
      : [])
  ]
}

/** The changes of addresses and families that an update cannot make. @since 0.1.0 @category rules  */
export const changes = (next: JsonObject, previous: JsonObject): Status.FieldErrors => {
  if (next["type"] === "ExternalName" || previous["type"] === "ExternalName") return []
  const [now, then] = [isHeadless(next), isHeadless(previous)]
  return [
    ...(now && then ? [] : listErrors("clusterIPs", next, previous)),
    ...(now || then ? [] : listErrors("ipFamilies", next, previous))
  ]
}
