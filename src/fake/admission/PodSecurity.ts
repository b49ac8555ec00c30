/**
 * Enforces the pod security standard in a namespace's label `pod-security.kubernetes.io/enforce`. Checks and messages are
 * those of k8s.io/pod-security-admission policy (v0.37), for Linux pods.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import { type Plugin, spokenName } from "./Admission.js"
import { type Check, containers, context, names, plural, quoted, unique } from "./PodSecurityCheck.js"
import * as PodSecurityHost from "./PodSecurityHost.js"

/** A check of every container: which ones violate it, and the message. */
const each = (
  reason: string,
  isBad: (container: JsonObject) => boolean,
  detail: (bad: ReadonlyArray<JsonObject>) => string
): Check =>
(spec) => {
  const bad = containers(spec).filter(isBad)
  return bad.length === 0 ? undefined : { reason, detail: detail(bad) }
}

/** Whether the pod has a user namespace; checks of user ids are relaxed then. */
const hasOwnUsers = (spec: JsonObject): boolean => spec["hostUsers"] === false

const defaultCapabilities = [
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT"
]

const added = (container: JsonObject, allowed: ReadonlyArray<string>): ReadonlyArray<string> =>
  Json.texts(container, "securityContext", "capabilities", "add").filter((capability) => !allowed.includes(capability))

const addedDetail = (allowed: ReadonlyArray<string>) => (bad: ReadonlyArray<JsonObject>): string =>
  `${names(bad)} must not include ${quoted(unique(bad.flatMap((one) => added(one, allowed))))} in `
  + "securityContext.capabilities.add"

const badSeccomp = (holder: JsonObject): string | undefined => {
  const type = Json.text(holder, "securityContext", "seccompProfile", "type")
  return type === undefined || type === "RuntimeDefault" || type === "Localhost" ? undefined : type
}

const seccomp: Check = (spec) => {
  const bad = containers(spec).filter((one) => badSeccomp(one) !== undefined)
  const setters = [...(badSeccomp(spec) === undefined ? [] : ["pod"]), ...(bad.length === 0 ? [] : [names(bad)])]
  const values = unique([spec, ...bad].map(badSeccomp).filter((value) => value !== undefined))
  return setters.length === 0 ? undefined : {
    reason: "seccompProfile",
    detail: `${setters.join(" and ")} must not set securityContext.seccompProfile.type to ${quoted(values)}`
  }
}

const hostNamespaces: Check = (spec) => {
  const shared = ["hostNetwork", "hostPID", "hostIPC"].filter((key) => spec[key] === true)
  return shared.length === 0
    ? undefined
    : { reason: "host namespaces", detail: shared.map((key) => `${key}=true`).join(", ") }
}

const hostPaths: Check = (spec) => {
  const bad = Json.objects(spec, "volumes").filter((volume) => volume["hostPath"] !== undefined)
  return bad.length === 0 ? undefined : {
    reason: "hostPath volumes",
    detail: `${plural("volume", bad)} ${quoted(bad.map((volume) => Json.text(volume, "name") ?? ""))}`
  }
}

const hostPorts = each(
  "hostPort",
  (container) => Json.objects(container, "ports").some((port) => (Json.number(port, "hostPort") ?? 0) !== 0),
  (bad) => {
    const ports = unique(
      bad.flatMap((one) => Json.objects(one, "ports")).map((port) => Json.number(port, "hostPort") ?? 0).filter((
        port
      ) => port !== 0)
        .map(String)
    )
    return `${names(bad)} ${bad.length === 1 ? "uses" : "use"} ${plural("hostPort", ports)} ${ports.join(", ")}`
  }
)

const addedCapabilities = each(
  "non-default capabilities",
  (container) => added(container, defaultCapabilities).length > 0,
  addedDetail(defaultCapabilities)
)

const privileged = each(
  "privileged",
  (container) => context(container, "privileged") === true,
  (bad) => `${names(bad)} must not set securityContext.privileged=true`
)

const unmasksProc = (container: JsonObject): boolean =>
  (Json.text(container, "securityContext", "procMount") ?? "Default") !== "Default"

const procMount = each(
  "procMount",
  unmasksProc,
  (bad) =>
    `${names(bad)} must not set securityContext.procMount to `
    + quoted(unique(bad.map((one) => Json.text(one, "securityContext", "procMount") ?? "")))
)

const plainVolumes = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret"
]

const restrictedVolumes: Check = (spec) => {
  const typeOf = (volume: JsonObject) => Object.keys(volume).find((key) => key !== "name") ?? "emptyDir"
  const bad = Json.objects(spec, "volumes").filter((volume) => !plainVolumes.includes(typeOf(volume)))
  const types = unique(bad.map(typeOf))
  return bad.length === 0 ? undefined : {
    reason: "restricted volume types",
    detail: `${plural("volume", bad)} ${quoted(bad.map((volume) => Json.text(volume, "name") ?? ""))} `
      + `${bad.length === 1 ? "uses" : "use"} restricted volume ${plural("type", types)} ${quoted(types)}`
  }
}

const runAsNonRoot: Check = (spec) => {
  if (hasOwnUsers(spec)) {
    return undefined
  }
  const reason = "runAsNonRoot != true"
  const denied = containers(spec).filter((one) => context(one, "runAsNonRoot") === false)
  const setters = [
    ...(context(spec, "runAsNonRoot") === false ? ["pod"] : []),
    ...(denied.length === 0 ? [] : [names(denied)])
  ]
  if (setters.length > 0) {
    return { reason, detail: `${setters.join(" and ")} must not set securityContext.runAsNonRoot=false` }
  }
  const silent = containers(spec).filter((one) => context(one, "runAsNonRoot") === undefined)
  return context(spec, "runAsNonRoot") === true || silent.length === 0
    ? undefined
    : { reason, detail: `pod or ${names(silent)} must set securityContext.runAsNonRoot=true` }
}

const runAsUser: Check = (spec) => {
  const bad = containers(spec).filter((one) => context(one, "runAsUser") === 0)
  const setters = [...(context(spec, "runAsUser") === 0 ? ["pod"] : []), ...(bad.length === 0 ? [] : [names(bad)])]
  return hasOwnUsers(spec) || setters.length === 0
    ? undefined
    : { reason: "runAsUser=0", detail: `${setters.join(" and ")} must not set runAsUser=0` }
}

const seccompSet: Check = (spec) => {
  const silent = containers(spec).filter((one) => context(one, "seccompProfile") === undefined)
  return context(spec, "seccompProfile") !== undefined || silent.length === 0 ? undefined : {
    reason: "seccompProfile",
    detail: `pod or ${names(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`
  }
}

const dropsAll = (container: JsonObject): boolean =>
  Json.texts(container, "securityContext", "capabilities", "drop").includes("ALL")

const capabilities: Check = (spec) => {
  const keeping = containers(spec).filter((one) => !dropsAll(one))
  const adding = containers(spec).filter((one) => added(one, ["NET_BIND_SERVICE"]).length > 0)
  const details = [
    ...(keeping.length === 0 ? [] : [`${names(keeping)} must set securityContext.capabilities.drop=["ALL"]`]),
    ...(adding.length === 0 ? [] : [addedDetail(["NET_BIND_SERVICE"])(adding)])
  ]
  return details.length === 0 ? undefined : { reason: "unrestricted capabilities", detail: details.join("; ") }
}

const noEscalation = each(
  "allowPrivilegeEscalation != false",
  (container) => context(container, "allowPrivilegeEscalation") !== false,
  (bad) => `${names(bad)} must set securityContext.allowPrivilegeEscalation=false`
)

// registry.go: by level, then by the name of the check; a stricter check replaces the one it overrides.
const levels: Readonly<Record<string, ReadonlyArray<Check>>> = {
  baseline: [
    PodSecurityHost.appArmor,
    addedCapabilities,
    hostNamespaces,
    hostPaths,
    hostPorts,
    PodSecurityHost.handlers,
    privileged,
    (spec) => hasOwnUsers(spec) ? undefined : procMount(spec),
    PodSecurityHost.seLinux,
    seccomp,
    PodSecurityHost.sysctls,
    PodSecurityHost.hostProcess
  ],
  restricted: [
    PodSecurityHost.appArmor,
    hostNamespaces,
    hostPorts,
    PodSecurityHost.handlers,
    privileged,
    PodSecurityHost.seLinux,
    PodSecurityHost.sysctls,
    PodSecurityHost.hostProcess,
    noEscalation,
    capabilities,
    procMount,
    restrictedVolumes,
    runAsNonRoot,
    runAsUser,
    (spec) => seccomp(spec) ?? seccompSet(spec)
  ]
}

/** The server's message for the violations of a level; undefined if there are none. @since 0.1.0 @category rules  */
export const violations = (level: string, spec: JsonObject): ReadonlyArray<string> =>
  (levels[level] ?? []).flatMap((check) => {
    const violation = check(spec)
    return violation === undefined ? [] : [`${violation.reason} (${violation.detail})`]
  })

/** Enforces the standards, except for pods of the exempt users. @since 0.1.0 @category plugins  */
export const podSecurity = (exempt: ReadonlyArray<string>): Plugin => ({
  operations: ["create"],
  check: (attempt) => {
    const { kind, namespace, object, store, user } = attempt
    if (kind.kind !== "Pod" || kind.group !== "" || exempt.includes(user?.name ?? "")) {
      return Either.void
    }
    const home = store.get({ resource: "namespaces", namespace: "", name: namespace })
    const labels = Metadata.labels(home ?? {})
    const level = labels["pod-security.kubernetes.io/enforce"] ?? "privileged"
    const version = labels["pod-security.kubernetes.io/enforce-version"] ?? "latest"
    const found = violations(level, Json.object(object, "spec"))
    return found.length === 0
      ? Either.void
      : Either.left(
        Status.forbidden(
          kind,
          spokenName(attempt),
          `violates PodSecurity "${level}:${version}": ${found.join(", ")}`
        )
      )
  }
})
