/**
 * One action of a program:
 *
 * - a request whose answers are compared;
 * - `WATCH`: the events of a watch up to now, from the version in its query;
 * - `SETTLED`: a request that is repeated until the controllers have finished;
 * - `PODS`: what a kubelet does, a change of the status of some of the pods that a selector selects;
 * - `EVICT`: the eviction of one pod that a selector selects.
 */
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import type { Step } from "../../support/ApiProgram.js"

export type Action = Step | Watch | Settled | Pods | Evict

export type Watch = readonly [type: "WATCH", path: string]
export type Settled = readonly [type: "SETTLED", path: string]
export type Pods = readonly [type: "PODS", selector: string, status: JsonObject, count: number]
export type Evict = readonly [type: "EVICT", selector: string, body: JsonObject]
