import { assert, describe, it } from "@effect/vitest"
import { Either, FastCheck } from "effect"
import * as Protobuf from "../../../src/fake/apiserver/Protobuf.js"

/** As `kubectl` 1.32.4 sent them. */
const sent = {
  namespace: "azhzAAoPCgJ2MRIJTmFtZXNwYWNlEhwKFAoEZGVtbxIAGgAiACoAMgA4AEIAEgAaAgoAGgAiAA==",
  configMap:
    "azhzAAoPCgJ2MRIJQ29uZmlnTWFwEjkKHAoIc2V0dGluZ3MSABoEZGVtbyIAKgAyADgAQgASDgoGY29sb3VyEgRibHVlEgkKA29kZBICw6ka"
    + "ACIA",
  secret: "azhzAAoMCgJ2MRIGU2VjcmV0EiEKFQoBcxIAGgRkZW1vIgAqADIAOABCABIGCgFwEgF3GgAaACIA",
  quota:
    "azhzAAoTCgJ2MRINUmVzb3VyY2VRdW90YRJAChUKAXESABoEZGVtbyIAKgAyADgAQgASJQoLCgRwb2RzEgMKATMKFgoMcmVxdWVzdHMuY3B1EgYK"
    + "BDUwMG0aABoAIgA=",
  accessReview:
    "azhzAAoyChdhdXRob3JpemF0aW9uLms4cy5pby92MRIXU2VsZlN1YmplY3RBY2Nlc3NSZXZpZXcSQgoQCgASABoAIgAqADIAOABCABIkCiIKBGRlbW8S"
    + "BmNyZWF0ZRoAIgAqCmpvYnMuYmF0Y2gyADoAGggIABIAGgAgABoAIgA=",
  /** By `kubectl` 1.37.1: `create job demo --image=registry.example.com/tool:1 -- sh -c 'echo hi'`. */
  job:
    "azhzAAoPCghiYXRjaC92MRIDSm9iEqQBChQKBGRlbW8SABoAIgAqADIAOABCABKBATJ/ChAKABIAGgAiACoAMgA4AEIAEmsSSAoEZGVtbxIbcmVn"
    + "aXN0cnkuZXhhbXBsZS5jb20vdG9vbDoxGgJzaBoCLWMaB2VjaG8gaGkqAEIAagByAIABAIgBAJABAKIBABoFTmV2ZXIyAEIASgBSAFgAYABoAIIB"
    + "AIoBAJoBAMIBABoIIAAoADAAOgAaACIA",
  /** By client-go 0.37.1: a Job is deleted in the foreground, and only the one of this uid. */
  deletion: "azhzAAoZCghiYXRjaC92MRINRGVsZXRlT3B0aW9ucxIREgMKAXUiCkZvcmVncm91bmQaACIA"
}

const bytes = (base64: string) => Buffer.from(base64, "base64")

const read = (base64: string) => Either.getOrThrow(Protobuf.decode(bytes(base64)))

describe("protobuf", () => {
  it("decode: returns the equivalent JSON", () => {
    assert.deepStrictEqual(read(sent.namespace), {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "demo" }
    })
    assert.deepStrictEqual(read(sent.configMap), {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "settings", namespace: "demo" },
      data: { colour: "blue", odd: "é" }
    })
    assert.deepStrictEqual(read(sent.secret), {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s", namespace: "demo" },
      data: { p: "dw==" }
    })
    assert.deepStrictEqual(read(sent.quota), {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "q", namespace: "demo" },
      spec: { hard: { "pods": "3", "requests.cpu": "500m" } }
    })
    assert.deepStrictEqual(read(sent.accessReview), {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes: { namespace: "demo", verb: "create", resource: "jobs.batch" } },
      status: { allowed: false }
    })
    assert.deepStrictEqual(read(sent.deletion), {
      apiVersion: "batch/v1",
      kind: "DeleteOptions",
      preconditions: { uid: "u" },
      propagationPolicy: "Foreground"
    })
    assert.deepStrictEqual(read(sent.job), {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "demo" },
      spec: {
        template: {
          spec: {
            restartPolicy: "Never",
            containers: [{
              name: "demo",
              image: "registry.example.com/tool:1",
              command: ["sh", "-c", "echo hi"]
            }]
          }
        }
      }
    })
  })

  it("encode: returns the bytes that Go makes of the JSON", () => {
    for (const body of Object.values(sent)) {
      assert.strictEqual(Protobuf.encode(read(body))?.toString("base64"), body)
    }
    assert.isUndefined(Protobuf.encode({ apiVersion: "example.com/v1", kind: "Thing" }))
  })

  it("encode: the JSON is the same after it was decoded", () => {
    const object = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: "a",
        generation: 2 ** 40,
        creationTimestamp: "2026-11-22T10:00:01Z",
        managedFields: [{
          manager: "kubelet",
          time: "1969-12-31T23:59:59Z",
          fieldsV1: { "f:status": { "f:phase": {} } }
        }]
      },
      spec: {
        containers: [{
          name: "a",
          resources: { limits: { cpu: "500m", memory: "2Gi" } },
          livenessProbe: { httpGet: { port: "health" }, periodSeconds: -1 },
          readinessProbe: { tcpSocket: { port: 8080 } },
          env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "settings", key: "a", optional: false } } }]
        }],
        volumes: [{ name: "empty", emptyDir: {} }, { name: "secret", secret: { secretName: "s", defaultMode: 0 } }],
        hostUsers: false,
        activeDeadlineSeconds: 0
      },
      status: {
        containerStatuses: [{
          name: "a",
          state: { terminated: { exitCode: 0 } },
          ready: false,
          restartCount: 0,
          image: "",
          imageID: ""
        }]
      }
    }
    assert.deepStrictEqual(Protobuf.decode(Protobuf.encode(object) ?? Buffer.alloc(0)), Either.right(object))
  })

  it("decode: rejects truncated bodies and unsupported kinds", () => {
    const whole = bytes(sent.configMap)
    assert.isTrue(Either.isLeft(Protobuf.decode(whole.subarray(0, 40))))
    assert.isTrue(Either.isLeft(Protobuf.decode(new Uint8Array())))
    const other = Buffer.from(whole.toString("latin1").replace("ConfigMap", "PodPodPod"), "latin1")
    assert.deepStrictEqual(Protobuf.decode(other), Either.left("this server reads PodPodPod of v1 as JSON only"))
  })

  it("decode: returns an object or a message for any bytes", () => {
    const bodies = Object.values(sent).map(bytes)
    FastCheck.assert(
      FastCheck.property(
        FastCheck.constantFrom(...bodies),
        FastCheck.array(FastCheck.tuple(FastCheck.nat(), FastCheck.integer({ min: 0, max: 255 })), { maxLength: 8 }),
        (body, changes) => {
          const changed = Uint8Array.from(body)
          for (const [at, byte] of changes) changed[at % changed.length] = byte
          Protobuf.decode(changed)
        }
      ),
      { numRuns: 2000 }
    )
  })
})
