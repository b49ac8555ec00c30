/**
 * Nothing but `node:https`: what no client can be faster than.
 */
import { once } from "node:events"
import type { ClientRequest, IncomingMessage } from "node:http"
import * as https from "node:https"
import * as Lines from "./Lines.js"
import * as Target from "./Target.js"

const { ca, server, token } = Target.read()

const agent = new https.Agent({ keepAlive: true, ca })

export const request = (path: string, accept = "application/json"): ClientRequest =>
  https.get(server + path, { agent, headers: { authorization: `Bearer ${token}`, accept } })

const get = async (path: string, accept: string): Promise<IncomingMessage> => {
  const [response] = await once(request(path, accept), "response")
  return response
}

/** Hands over the bytes as they come; returns when the server ends the answer. */
export const parts = async (
  path: string,
  onPart: (part: Buffer) => void,
  accept = "application/json"
): Promise<void> => {
  const response = await get(path, accept)
  response.on("data", onPart)
  await once(response, "end")
}

/** Hands over each line; returns when the server ends the answer. */
export const lines = (path: string, onLine: (line: string) => void): Promise<void> => parts(path, Lines.cut(onLine))

export const text = async (path: string): Promise<string> => {
  const body: Array<Buffer> = []
  await parts(path, (part) => body.push(part))
  return Buffer.concat(body).toString()
}
