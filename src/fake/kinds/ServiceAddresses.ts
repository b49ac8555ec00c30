/**
 * The addresses, families and ports of nodes that a server allocates for a Service before it validates it, and those that it keeps or
 * takes back in an update. As in k8s.io/kubernetes pkg/registry/core/service (v1.37), of a cluster with addresses of version 4 in
 * 10.96.0.0/16; no address and no port is that of one Service alone.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import * as CidrRules from "./CidrRules.js"
import * as Kind from "./Kind.js"
import { clusterErrors } from "./ServiceClusterRules.js"

type Spec = JsonObject

type Answer = Either.Either<JsonObject, Status.Status>

const named: Status.Named = { group: "", plural: "services", kind: "Service" }

const range = "10.96.0.0/16"

const block = CidrRules.parse(range)

const families = ["IPv4"]

/** A number for each object, from its uid. */
const numberOf = (service: JsonObject): number => Number.parseInt(Metadata.uid(service).slice(-8), 16)

/** The field where it is one of these types: those whose ports are open on nodes. */
const isExposed = ({ type }: Spec): boolean => type === "NodePort" || type === "LoadBalancer"

const isNamed = ({ type }: Spec): boolean => type === "ExternalName"

const isLocal = (spec: Spec): boolean => spec["type"] === "LoadBalancer" && spec["externalTrafficPolicy"] === "Local"

/** Whether others than the pods of the cluster reach a Service. @since 0.1.0 @category predicates  */
export const isAccessible = (spec: Spec): boolean =>
  isExposed(spec) || (spec["type"] === "ClusterIP" && Json.list(spec, "externalIPs").length > 0)

/** Whether the port for its health is opened on nodes. @since 0.1.0 @category predicates  */
export const hasHealthPort = isLocal

const givesPorts = (spec: Spec): boolean =>
  spec["type"] === "NodePort" || (spec["type"] === "LoadBalancer" && spec["allocateLoadBalancerNodePorts"] !== false)

const ipOf = (spec: Spec): string => Json.text(spec, "clusterIP") ?? ""

const ipsOf = (spec: Spec): ReadonlyArray<string> => Json.texts(spec, "clusterIPs")

const isSame = (a: Spec, b: Spec, ...fields: ReadonlyArray<string>): boolean =>
  fields.every((field) => Json.equal(a[field], b[field]))

const hasSameIps = (a: Spec, b: Spec): boolean => isSame(a, b, "clusterIP", "clusterIPs")

const omitEmpty = (spec: Spec): Spec =>
  Json.omit(
    spec,
    ...["clusterIP", "clusterIPs", "ipFamilies"].filter((field) => {
      const value = spec[field]
      return value === "" || (Json.isList(value) && value.length === 0)
    })
  )

/** The list of addresses of a client that knows one address alone. */
const withList = (spec: Spec, before: Spec | undefined): Spec => {
  const [ip, ips] = [ipOf(spec), ipsOf(spec)]
  if (before === undefined) {
    return ip !== "" && ips.length === 0 ? { ...spec, clusterIPs: [ip] } : spec
  }
  const kept = ips.length === 0 && ipsOf(before).length > 0 && ip === ipOf(before)
    ? { ...spec, clusterIPs: ipsOf(before) }
    : spec
  return ip === ipOf(before) || !isSame(spec, before, "clusterIPs")
    ? kept
    : ip === ""
    ? Json.omit(kept, "clusterIPs")
    : { ...kept, clusterIPs: [ip] }
}

const portsOf = (spec: Spec): ReadonlyArray<JsonObject> => Json.objects(spec, "ports")

const nodePort = (port: JsonObject): number => Json.number(port, "nodePort") ?? 0

const nodePorts = (spec: Spec): ReadonlyArray<number> => portsOf(spec).map(nodePort).filter((port) => port !== 0)

const nameOf = (port: JsonObject): string => Json.text(port, "name") ?? ""

/** What was allocated stays where an update does not name it. */
const kept = (spec: Spec, before: Spec): Spec => {
  const ips = isNamed(spec) || isNamed(before) ? {} : {
    ...(ipOf(spec) === "" && ipOf(before) !== "" ? { clusterIP: ipOf(before) } : {}),
    ...(ipsOf(spec).length === 0 && ipsOf(before).length > 0 ? { clusterIPs: ipsOf(before) } : {})
  }
  const used = nodePorts(before).filter((port) => nodePorts(spec).includes(port))
  const ports = portsOf(spec).map((port) => {
    const old = nodePort(portsOf(before).findLast((one) => nameOf(one) === nameOf(port)) ?? {})
    return nodePort(port) === 0 && old !== 0 && !used.includes(old) ? { ...port, nodePort: old } : port
  })
  const health = isLocal(spec) && isLocal(before) ? Json.number(before, "healthCheckNodePort") : undefined
  return {
    ...spec,
    ...ips,
    ...(givesPorts(spec) && givesPorts(before) && ports.length > 0 ? { ports } : {}),
    ...(health !== undefined && (Json.number(spec, "healthCheckNodePort") ?? 0) === 0
      ? { healthCheckNodePort: health }
      : {})
  }
}

const invalid = (service: JsonObject, errors: Status.FieldErrors): Status.Status =>
  Status.invalid(named, Metadata.name(service), errors)

const refuse = (service: JsonObject, errors: Status.FieldErrors): Either.Either<void, Status.Status> =>
  errors.length === 0 ? Either.void : Either.left(invalid(service, errors))

const isSelectorless = (spec: Spec): boolean =>
  ipOf(spec) === "None" && Object.keys(Json.object(spec, "selector")).length === 0

const other = (family: string): string => family === "IPv4" ? "IPv6" : "IPv4"

const prefersBoth = (spec: Spec, before: Spec): boolean =>
  spec["ipFamilyPolicy"] === "PreferDualStack" && (before["ipFamilyPolicy"] ?? "PreferDualStack") === "PreferDualStack"
  && spec["type"] === before["type"] && hasSameIps(spec, before) && isSame(spec, before, "ipFamilies")

/** The spec with its policy and its families. */
const withFamilies = (service: JsonObject, given: Spec, before: Spec | undefined): Answer =>
  Either.gen(function*() {
    if (isNamed(given) || (before !== undefined && prefersBoth(given, before))) return given
    const policy = Json.text(given, "ipFamilyPolicy") ?? Json.text(before, "ipFamilyPolicy")
      ?? (isSelectorless(given) ? "RequireDualStack" : "SingleStack")
    let spec: Spec = { ...given, ipFamilyPolicy: policy }
    yield* refuse(service, clusterErrors(spec, before))
    const policyError = (why: string) => Status.invalidValue("spec.ipFamilyPolicy", policy, why)
    const errors: Array<Status.FieldError> = []
    const single = policy === "SingleStack"
    if (before !== undefined) {
      const fewer = (field: string) => {
        const [now, then] = [spec, before].map((one) => Json.list(one, field).length)
        return now !== undefined && now > 0 && now < (then ?? 0)
      }
      if (single) {
        for (const field of ["clusterIPs", "ipFamilies"]) {
          const same = field === "clusterIPs" ? hasSameIps(spec, before) : isSame(spec, before, field)
          if (same && Json.list(spec, field).length > 1) spec = { ...spec, [field]: Json.list(spec, field).slice(0, 1) }
        }
      } else {
        if (fewer("clusterIPs")) errors.push(policyError("must be 'SingleStack' to release the secondary cluster IP"))
        if (fewer("ipFamilies")) errors.push(policyError("must be 'SingleStack' to release the secondary IP family"))
      }
    }
    if (single) {
      const both = (things: string) =>
        policyError(`must be 'RequireDualStack' or 'PreferDualStack' when multiple ${things} are specified`)
      if (ipsOf(spec).length === 2) errors.push(both("cluster IPs"))
      if (Json.list(spec, "ipFamilies").length === 2) errors.push(both("IP families"))
    }
    const found = [...Json.texts(spec, "ipFamilies")]
    for (const [index, ip] of ipsOf(spec).entries()) {
      if (ip === "None") break
      if (index < found.length) continue
      const family = ip.includes(":") ? "IPv6" : "IPv4"
      if (families.includes(family)) found.push(family)
      else {errors.push(
          Status.invalidValue(
            `spec.clusterIPs[${index}]`,
            ipsOf(spec),
            `${family} is not configured on this cluster`
          )
        )}
    }
    yield* refuse(service, errors)
    if (isSelectorless(spec)) {
      const [first = "IPv4"] = found
      return { ...spec, ipFamilies: found.length > 1 ? found : single ? [first] : [first, other(first)] }
    }
    yield* refuse(service, [
      ...(policy === "RequireDualStack"
        ? [policyError("this cluster is not configured for dual-stack services")]
        : []),
      ...found.flatMap((family, index) =>
        families.includes(family)
          ? []
          : [Status.invalidValue(`spec.ipFamilies[${index}]`, family, "not configured on this cluster")]
      )
    ])
    return { ...spec, ipFamilies: found.length > 0 ? found : families }
  })

const withIps = (service: JsonObject, spec: Spec, before: Spec | undefined): Answer => {
  const headless = (one: Spec) => ipsOf(one)[0] === "None"
  const isNew = before === undefined || isNamed(before)
  if (isNamed(spec) || headless(spec) || !isNew) return Either.right(spec)
  const [wanted] = ipsOf(spec)
  if (wanted === undefined) {
    const number = numberOf(service)
    const address = `10.96.${(number >> 8) % 256}.${number % 256}`
    return Either.right({ ...spec, clusterIP: address, clusterIPs: [address] })
  }
  const given = CidrRules.parse(`${wanted}/32`)
  return given !== undefined && block !== undefined && CidrRules.isWithin(given, block)
    ? Either.right(spec)
    : Either.left(invalid(service, [
      Status.invalidValue(
        "spec.clusterIPs",
        ipsOf(spec),
        `failed to allocate IP ${wanted}: the provided IP (${wanted}) is not in the valid range. The range of valid IPs is ${range}`
      )
    ]))
}

const isOfRange = (port: number): boolean => port >= 30_000 && port <= 32_767

const outside = "provided port is not in the valid range. The range of valid ports is 30000-32767"

/** A port of the nodes beside those that a Service has. */
const free = (number: number, taken: ReadonlyArray<number>): number => {
  const port = 30_000 + number % 2768
  return taken.includes(port) ? free(number + 1, taken) : port
}

/** Without a dry run, ports that are asked for have to be in the range. */
const withPorts = (service: JsonObject, spec: Spec, before: Spec | undefined, dryRun: boolean): Answer => {
  if (!isExposed(spec)) return Either.right(spec)
  const known = before === undefined ? [] : nodePorts(before)
  const number = numberOf(service)
  const opened: Array<JsonObject> = []
  for (const [index, port] of portsOf(spec).entries()) {
    const own = nodePort(port)
    const refused = (why: string) =>
      Either.left(invalid(service, [Status.invalidValue(`spec.ports[${index}].nodePort`, own, why)]))
    // In a new Service, protocols that have one port share that of the nodes.
    const equal = before === undefined ? nodePort(opened.find((one) => one["port"] === port["port"]) ?? {}) : 0
    const named = portsOf(spec).find((one) => one["port"] === port["port"] && nodePort(one) !== 0)
    const wanted = own !== 0 || before !== undefined ? own : equal === 0 ? nodePort(named ?? {}) : equal
    const taken = opened.find((one) => nodePort(one) === wanted)
    if (before === undefined && taken !== undefined && wanted !== 0 && equal !== wanted) {
      return refused("provided port is already allocated")
    }
    if (before !== undefined && taken?.["protocol"] === port["protocol"] && wanted !== 0) {
      return Either.left(Status.make(500, "", `duplicate nodePort: {${String(port["protocol"])} ${wanted}}`))
    }
    if (!dryRun && wanted !== 0 && !known.includes(wanted) && !isOfRange(wanted)) return refused(outside)
    opened.push(
      wanted !== 0
        ? { ...port, nodePort: wanted }
        : givesPorts(spec)
        ? { ...port, nodePort: free(number + index, [...nodePorts(spec), ...opened.map(nodePort)]) }
        : port
    )
  }
  return Either.right(opened.length === 0 ? spec : { ...spec, ports: opened })
}

const withHealth = (service: JsonObject, spec: Spec, before: Spec | undefined, dryRun: boolean): Answer => {
  if (!isLocal(spec) || (before !== undefined && isLocal(before))) return Either.right(spec)
  const wanted = Json.number(spec, "healthCheckNodePort") ?? 0
  return wanted === 0
    ? Either.right({ ...spec, healthCheckNodePort: 30_000 + (numberOf(service) + 1384) % 2768 })
    : dryRun || isOfRange(wanted)
    ? Either.right(spec)
    : Either.left(Status.internal(`failed to allocate requested HealthCheck NodePort ${wanted}: ${outside}`))
}

/** What a change of the type makes superfluous, where the client did not change it, too. */
const withoutLeftovers = (spec: Spec, before: Spec): Spec => {
  const needless = [
    ...(!isNamed(before) && isNamed(spec)
      ? [
        ...(hasSameIps(spec, before) ? ["clusterIP", "clusterIPs"] : []),
        ...["ipFamilies", "ipFamilyPolicy"].filter((field) => isSame(spec, before, field))
      ]
      : []),
    ...(isLocal(before) && !isLocal(spec) && isSame(spec, before, "healthCheckNodePort")
      ? ["healthCheckNodePort"]
      : []),
    ...(before["type"] === "LoadBalancer" && spec["type"] !== "LoadBalancer"
      ? ["allocateLoadBalancerNodePorts", "loadBalancerClass"].filter((field) => isSame(spec, before, field))
      : []),
    ...(isAccessible(before) && !isAccessible(spec) && isSame(spec, before, "externalTrafficPolicy")
      ? ["externalTrafficPolicy"]
      : [])
  ]
  const closes = isExposed(before) && !isExposed(spec)
    && nodePorts(spec).every((port) => nodePorts(before).includes(port))
  return Json.omit(
    closes ? Kind.insideEach(spec, "ports", (port) => Json.omit(port, "nodePort")) : spec,
    ...needless
  )
}

/**
 * A Service with what is allocated for it, or the status for one that asks for what there is not.
 *
 * @since 0.1.0
 * @category combinators
 */
export const allocate = (service: JsonObject, { dryRun, previous }: Kind.Allocation): Answer =>
  Either.gen(function*() {
    const before = previous === undefined ? undefined : Json.object(previous, "spec")
    const given = omitEmpty(Json.object(service, "spec"))
    const own = withList(before === undefined ? given : kept(given, before), before)
    const identity = previous ?? service
    const placed = yield* withIps(identity, yield* withFamilies(identity, own, before), before)
    const opened = yield* withPorts(identity, placed, before, dryRun)
    const whole = yield* withHealth(identity, opened, before, dryRun)
    return { ...service, spec: before === undefined ? whole : withoutLeftovers(whole, before) }
  })
