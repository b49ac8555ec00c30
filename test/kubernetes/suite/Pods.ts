/** Deletion of pods on a server without a kubelet. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import * as Resource from "../../../src/kubernetes/Resource.js"
import * as Resources from "../../../src/kubernetes/Resources.js"
import { absent, at, type Case, type Place, pod, raw, reached, refusal } from "../../support/ClusterCase.js"

/** Creates a pod that is bound to a node without a kubelet; `removed` deletes it, `grace` reads its grace period. */
const bound = ({ cluster, namespace }: Place, spec: Parameters<typeof pod>[1] = {}) =>
  Effect.map(cluster.create(Resources.Pod, pod("a", { nodeName: "none", ...spec }), { namespace }), (made) => ({
    made,
    removed: (options: { readonly gracePeriodSeconds?: number; readonly resourceVersion?: string } = {}) =>
      cluster.delete(Resources.Pod, "a", { namespace, ...options }),
    grace: Effect.map(
      cluster.get(raw.Pod, "a", { namespace }),
      (object) => at(object, "metadata", "deletionGracePeriodSeconds")
    )
  }))

export const pods: Readonly<Record<string, Case>> = {
  "pod deletion: a bound pod is terminating, and later requests only shorten its grace period": (place) =>
    Effect.gen(function*() {
      const { grace, made, removed } = yield* bound(place)
      const reflector = yield* place.cluster.reflect(Resources.Pod, place)
      const old = yield* refusal(removed({ resourceVersion: "1" }))
      assert.strictEqual(old.reason, "Conflict")
      yield* removed({ gracePeriodSeconds: 20 })
      const { object } = yield* reached(reflector, ({ object }) => object.metadata.deletionTimestamp !== undefined)
      assert.strictEqual(object.metadata.uid, made.metadata.uid)
      assert.strictEqual(yield* grace, 20)
      yield* removed()
      yield* removed({ gracePeriodSeconds: 60 })
      assert.strictEqual(yield* grace, 20)
      yield* removed({ gracePeriodSeconds: 5 })
      assert.strictEqual(yield* grace, 5)
      yield* removed({ gracePeriodSeconds: 0 })
      assert.strictEqual((yield* refusal(grace)).reason, "NotFound")
    }),

  "pod deletion: the grace period is that of the pod, and one second if it is negative": (place) =>
    Effect.gen(function*() {
      const first = yield* bound(place, { terminationGracePeriodSeconds: 7 })
      yield* first.removed()
      assert.strictEqual(yield* first.grace, 7)
      yield* first.removed({ gracePeriodSeconds: 0 })
      const second = yield* bound(place)
      yield* second.removed({ gracePeriodSeconds: -1 })
      assert.strictEqual(yield* second.grace, 1)
    }),

  "pod deletion: a pod without a node, and one that has ended, is gone at once": (place) =>
    Effect.gen(function*() {
      const { cluster, namespace } = place
      const first = yield* bound(place)
      yield* cluster.patch(Resources.Pod, "a", { merge: { status: { phase: "Succeeded" } } }, {
        namespace,
        subresource: "status"
      })
      const reflector = yield* cluster.reflect(Resources.Pod, { namespace })
      yield* first.removed()
      yield* absent(reflector, () => true)
      yield* cluster.create(Resources.Pod, pod("a", { schedulerName: "none" }), { namespace })
      yield* cluster.delete(Resources.Pod, "a", { namespace })
      assert.strictEqual((yield* refusal(first.grace)).reason, "NotFound")
    }),

  "pod validation: probes, hooks and topology spread constraints": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      const error = yield* refusal(cluster.create(
        raw.Pod,
        {
          ...pod("a"),
          spec: {
            containers: [{
              name: "main",
              image: "i",
              lifecycle: { preStop: { sleep: { seconds: 31 } }, postStart: {} },
              livenessProbe: { successThreshold: 2 },
              readinessProbe: { exec: { command: [] }, tcpSocket: { port: 1 }, terminationGracePeriodSeconds: 1 },
              startupProbe: { httpGet: { port: 99_999, scheme: "X" }, periodSeconds: -1 }
            }],
            ephemeralContainers: [{
              name: "debug",
              image: "i",
              terminationMessagePolicy: "File",
              imagePullPolicy: "Never"
            }],
            topologySpreadConstraints: [
              { maxSkew: 0, topologyKey: "", whenUnsatisfiable: "Never", labelSelector: {}, minDomains: 1 },
              { maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule", labelSelector: {}, minDomains: 0 },
              { maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule", nodeTaintsPolicy: "X" }
            ]
          }
        },
        { namespace }
      ))
      const container = "spec.containers[0]"
      const spread = "spec.topologySpreadConstraints"
      assert.deepStrictEqual(error.status?.details?.causes?.map(({ field, message }) => `${field}: ${message}`), [
        `${container}.lifecycle.postStart: Required value: must specify a handler type`,
        `${container}.lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than `
        + "terminationGracePeriodSeconds (30)",
        `${container}.livenessProbe: Required value: must specify a handler type`,
        `${container}.livenessProbe.successThreshold: Invalid value: 2: must be 1`,
        `${container}.readinessProbe.exec.command: Required value`,
        `${container}.readinessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type`,
        `${container}.readinessProbe.terminationGracePeriodSeconds: Invalid value: 1: must not be set for readinessProbes`,
        `${container}.startupProbe.httpGet.port: Invalid value: 99999: must be between 1 and 65535, inclusive`,
        `${container}.startupProbe.httpGet.scheme: Unsupported value: "X": supported values: "HTTP", "HTTPS"`,
        `${container}.startupProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0`,
        `${spread}[0].maxSkew: Invalid value: 0: must be greater than zero`,
        `${spread}[0].topologyKey: Required value: can not be empty`,
        `${spread}[0].whenUnsatisfiable: Unsupported value: "Never": supported values: "DoNotSchedule", "ScheduleAnyway"`,
        `${spread}[0].minDomains: Invalid value: 1: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not Never`,
        `${spread}[1].{topologyKey, whenUnsatisfiable}: Duplicate value: "{zone, DoNotSchedule}"`,
        `${spread}[1].minDomains: Invalid value: 0: must be greater than zero`,
        `${spread}[2].nodeTaintsPolicy: Unsupported value: "X": supported values: "Honor", "Ignore"`,
        "spec.ephemeralContainers: Forbidden: cannot be set on create"
      ])
    }),

  "pod creation: labels of matchLabelKeys become part of selectors, and fields of disabled features are dropped": (
    { cluster, namespace }
  ) =>
    Effect.gen(function*() {
      const labelSelector = { matchLabels: { app: "x" } }
      const term = { labelSelector, topologyKey: "zone", matchLabelKeys: ["version"], mismatchLabelKeys: ["tenant"] }
      const made = yield* cluster.create(raw.Pod, {
        metadata: { name: "a", labels: { version: "1", tenant: "t" } },
        spec: {
          schedulerName: "none",
          containers: [{ name: "main", image: "i" }],
          schedulingGroup: { podGroupName: "x" },
          evictionResponders: [{ name: "example.com/x", priority: 1 }],
          affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
          topologySpreadConstraints: [{
            maxSkew: 1,
            topologyKey: "zone",
            whenUnsatisfiable: "ScheduleAnyway",
            labelSelector,
            matchLabelKeys: ["version", "none"]
          }]
        }
      }, { namespace })
      assert.isUndefined(at(made, "spec", "schedulingGroup"))
      assert.isUndefined(at(made, "spec", "evictionResponders"))
      const version = { key: "version", operator: "In", values: ["1"] }
      assert.deepStrictEqual(
        at(made, "spec", "topologySpreadConstraints", 0, "labelSelector", "matchExpressions"),
        [version]
      )
      const required = "requiredDuringSchedulingIgnoredDuringExecution"
      assert.deepStrictEqual(
        at(made, "spec", "affinity", "podAffinity", required, 0, "labelSelector", "matchExpressions"),
        [version, { key: "tenant", operator: "NotIn", values: ["t"] }]
      )
    }),

  "pod security: AppArmor, SELinux, sysctls and hosts of probes are checked by the baseline": (
    { cluster, namespace }
  ) =>
    Effect.gen(function*() {
      const label = { "pod-security.kubernetes.io/enforce": "baseline" }
      yield* cluster.patch(Resource.raw(Resources.Namespace), namespace, { merge: { metadata: { labels: label } } }, {})
      const error = yield* refusal(cluster.create(raw.Pod, {
        metadata: { name: "a" },
        spec: {
          securityContext: {
            sysctls: [{ name: "kernel.msgmax", value: "1" }, { name: "net.ipv4.tcp_rmem", value: "1" }],
            seLinuxOptions: { type: "spc_t", user: "u" }
          },
          containers: [{
            name: "main",
            image: "i",
            livenessProbe: { tcpSocket: { host: "10.0.0.1", port: 1 } },
            securityContext: { appArmorProfile: { type: "Unconfined" }, seLinuxOptions: { role: "r" } }
          }]
        }
      }, { namespace }))
      assert.strictEqual(
        error.status?.message,
        "pods \"a\" is forbidden: violates PodSecurity \"baseline:latest\": forbidden AppArmor profile (container \"main\" must "
          + "not set AppArmor profile type to \"Unconfined\"), probe or lifecycle host (container \"main\" uses probe or "
          + "lifecycle host \"10.0.0.1\"), seLinuxOptions (pod and container \"main\" set forbidden "
          + "securityContext.seLinuxOptions: type \"spc_t\"; user may not be set; role may not be set), forbidden sysctls "
          + "(kernel.msgmax)"
      )
    })
}
