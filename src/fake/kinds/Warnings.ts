/**
 * What a server warns of when an object is created or changed: the strategies in k8s.io/kubernetes pkg/registry (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as EndpointRules from "./EndpointRules.js"
import * as EndpointSliceRules from "./EndpointSliceRules.js"
import { classAnnotation } from "./IngressRules.js"
import * as Kind from "./Kind.js"
import * as Names from "./Names.js"
import * as NetworkPolicyRules from "./NetworkPolicyRules.js"
import * as PodWarnings from "./PodWarnings.js"
import * as ServiceRules from "./ServiceRules.js"

type Warnings = ReadonlyArray<string>

const name = (object: JsonObject, use: string): Warnings => {
  const problems = Names.dnsLabel(Json.text(object, "metadata", "name") ?? "")
  return problems.length === 0 ? [] : [
    `metadata.name: this is used in ${use}, which can result in surprising behavior; a DNS label is recommended: [${
      problems.join(" ")
    }]`
  ]
}

const template = (object: JsonObject): Warnings =>
  PodWarnings.of(Json.object(object, "spec", "template"), "spec.template.")

const job = (spec: JsonObject, path: string): Warnings => [
  ...(spec["completionMode"] === "Indexed" && (Json.number(spec, "completions") ?? 0) > 100_000
      && (Json.number(spec, "parallelism") ?? 0) > 10_000
    ? [
      `${path}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes `
      + "might not be able to track completedIndexes when a big number of indexes fail"
    ]
    : []),
  ...PodWarnings.of(Json.object(spec, "template"), `${path}.template.`)
]

const history = (set: JsonObject): Warnings =>
  (Json.number(set, "spec", "revisionHistoryLimit") ?? 0) < 0
    ? ["spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended"]
    : []

const mountable = "kubernetes.io/enforce-mountable-secrets"

const account = (object: JsonObject, previous: JsonObject | undefined): Warnings => {
  const [now, before] = [object, previous].map((one) => Json.text(one, "metadata", "annotations", mountable))
  return now !== undefined && now !== before
    ? [
      `metadata.annotations[${mountable}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`
    ]
    : []
}

const inPods = "Pod names and hostnames"

const generation = (object: JsonObject | undefined): number | undefined => Json.number(object, "metadata", "generation")

/** For updates, `previous` is the object before; templates are looked at when the generation changes. */
const rules: Readonly<Record<string, (next: JsonObject, previous: JsonObject | undefined) => Warnings>> = {
  pods: (next, previous) =>
    previous === undefined ? [...name(next, "the Pod's hostname"), ...PodWarnings.of(next)] : [],
  podtemplates: (next, previous) =>
    generation(next) === generation(previous) ? [] : PodWarnings.of(Json.object(next, "template"), "template."),
  services: ServiceRules.warnings,
  endpoints: EndpointRules.warnings,
  serviceaccounts: account,
  "statefulsets.apps": (next, previous) => [
    ...(generation(next) === generation(previous) ? [] : template(next)),
    ...history(next)
  ],
  "daemonsets.apps": (next, previous) => generation(next) === generation(previous) ? [] : template(next),
  "deployments.apps": (next, previous) => named(next, previous, template),
  "replicasets.apps": (next, previous) => named(next, previous, template),
  replicationcontrollers: (next, previous) => named(next, previous, template),
  "jobs.batch": (next, previous) => named(next, previous, () => job(Json.object(next, "spec"), "spec")),
  "cronjobs.batch": (next, previous) =>
    named(next, previous, () => job(Json.object(next, "spec", "jobTemplate", "spec"), "spec.jobTemplate.spec")),
  "endpointslices.discovery.k8s.io": (next, previous) => [
    ...(previous === undefined && next["addressType"] === "FQDN"
      ? ["spec.addressType: FQDN endpoints are deprecated"]
      : []),
    ...EndpointSliceRules.warnings(next)
  ],
  "networkpolicies.networking.k8s.io": NetworkPolicyRules.warnings,
  "ingresses.networking.k8s.io": (next, previous) =>
    previous === undefined && Json.at(next, "metadata", "annotations", classAnnotation) !== undefined
      && Json.at(next, "spec", "ingressClassName") === undefined
      ? [`annotation "${classAnnotation}" is deprecated, please use 'spec.ingressClassName' instead`]
      : []
}

const named = (
  next: JsonObject,
  previous: JsonObject | undefined,
  inner: (next: JsonObject) => Warnings
): Warnings => [
  ...(previous === undefined ? name(next, inPods) : []),
  ...(generation(next) === generation(previous) ? [] : inner(next))
]

/** What is warned of in a new object, or in one that was another before. @since 0.1.0 @category rules  */
export const of = (kind: Kind.Kind, next: JsonObject, previous?: JsonObject): Warnings =>
  rules[Kind.resource(kind)]?.(next, previous) ?? []

/** What is warned of in a deletion without a propagation policy. @since 0.1.0 @category rules  */
export const ofDeletion = (kind: Kind.Kind): Warnings =>
  Kind.resource(kind) === "jobs.batch"
    ? [
      "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set "
      + "propagationPolicy=Orphan to suppress this warning"
    ]
    : []
