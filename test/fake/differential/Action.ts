/**
 * One action of a program:
 *
 * - a request whose answers are compared;
 * - `RAW`: one whose body is a text;
 * - `WATCH`: the events of a watch up to now, from the version in its query;
 * - `SETTLED`: a request that is repeated until the controllers have finished;
 * - `PODS`: what a kubelet or a user does with some of the pods that a selector selects: a status, `delete`, or of pods that are
 *   being deleted `stop`, so that they have failed, and `remove`;
 * - `EVICT`: the eviction of one pod that a selector selects.
 */
import type { JsonObject, Method } from "../../../src/kubernetes/client/ApiRequest.js"
import type { Step } from "../../support/ApiProgram.js"

export type Action = Step | RawStep | Watch | Settled | Pods | Evict

export type RawStep = readonly [type: "RAW", method: Method, path: string, body: string, contentType: string]
export type Watch = readonly [type: "WATCH", path: string]
export type Settled = readonly [type: "SETTLED", path: string]
export type Pods = readonly [type: "PODS", selector: string, move: Move, count: number]
export type Move = JsonObject | "delete" | "stop" | "remove"
export type Evict = readonly [type: "EVICT", selector: string, body: JsonObject]
