/**
 * The checks of pod security standards about what a host gives: AppArmor, SELinux, sysctls, processes of Windows hosts, and hosts
 * of probes. As in k8s.io/pod-security-admission policy (v0.37); AppArmor's former annotations are not read.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import { type Check, containers, names, plural, quoted, setters, unique } from "./PodSecurityCheck.js"

const appArmorType = (holder: JsonObject): string | undefined => {
  const profile = Json.at(holder, "securityContext", "appArmorProfile")
  const type = Json.text(profile, "type") ?? ""
  return profile === undefined || type === "RuntimeDefault" || type === "Localhost" ? undefined : type
}

/** @since 0.1.0 @category rules */
export const appArmor: Check = (spec) => {
  const who = setters(spec, (holder) => appArmorType(holder) !== undefined)
  const values = unique([spec, ...containers(spec)].map(appArmorType).filter((type) => type !== undefined))
  return who.length === 0 ? undefined : {
    reason: `forbidden AppArmor ${plural("profile", values)}`,
    detail: `${who.join(" and ")} must not set AppArmor profile type to ${quoted(values)}`
  }
}

const seLinuxTypes = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"]

/** @since 0.1.0 @category rules */
export const seLinux: Check = (spec) => {
  const options = (holder: JsonObject) => Json.object(holder, "securityContext", "seLinuxOptions")
  const text = (holder: JsonObject, key: string) => Json.text(options(holder), key) ?? ""
  const isBad = (holder: JsonObject) =>
    !seLinuxTypes.includes(text(holder, "type")) || text(holder, "user") !== "" || text(holder, "role") !== ""
  const who = setters(spec, isBad)
  if (who.length === 0) return undefined
  const holders = [spec, ...containers(spec)]
  const types = unique(holders.map((holder) => text(holder, "type")).filter((type) => !seLinuxTypes.includes(type)))
  const data = [
    ...(types.length === 0 ? [] : [`${plural("type", types)} ${quoted(types)}`]),
    ...["user", "role"].flatMap((key) =>
      holders.some((holder) => text(holder, key) !== "") ? [`${key} may not be set`] : []
    )
  ]
  return {
    reason: "seLinuxOptions",
    detail: `${who.join(" and ")} set forbidden securityContext.seLinuxOptions: ${data.join("; ")}`
  }
}

const safeSysctls = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_wmem",
  "net.ipv4.tcp_slow_start_after_idle",
  "net.ipv4.tcp_notsent_lowat"
]

/** @since 0.1.0 @category rules */
export const sysctls: Check = (spec) => {
  const bad = Json.objects(spec, "securityContext", "sysctls").map((one) => Json.text(one, "name") ?? "").filter((
    name
  ) => !safeSysctls.includes(name))
  return bad.length === 0 ? undefined : { reason: "forbidden sysctls", detail: bad.join(", ") }
}

/** @since 0.1.0 @category rules */
export const hostProcess: Check = (spec) => {
  const who = setters(spec, (holder) => Json.at(holder, "securityContext", "windowsOptions", "hostProcess") === true)
  return who.length === 0 ? undefined : {
    reason: "hostProcess",
    detail: `${who.join(" and ")} must not set securityContext.windowsOptions.hostProcess=true`
  }
}

/** The hosts of the probes and hooks of a container. */
const hosts = (container: JsonObject): ReadonlyArray<string> =>
  [
    ...["livenessProbe", "readinessProbe", "startupProbe"].map((name) => Json.object(container, name)),
    ...["postStart", "preStop"].map((name) => Json.object(container, "lifecycle", name))
  ].flatMap((handler) =>
    ["httpGet", "tcpSocket"].map((name) => Json.text(handler, name, "host") ?? "").filter((host) => host !== "")
  )

/** @since 0.1.0 @category rules */
export const handlers: Check = (spec) => {
  const bad = containers(spec).filter((one) => hosts(one).length > 0)
  const found = unique(bad.flatMap(hosts))
  return bad.length === 0 ? undefined : {
    reason: "probe or lifecycle host",
    detail: `${names(bad)} ${bad.length === 1 ? "uses" : "use"} ${plural("probe or lifecycle host", found)} ${
      quoted(found)
    }`
  }
}
