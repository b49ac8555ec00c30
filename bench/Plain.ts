/**
 * Nothing but `node:https`: what no client can be faster than.
 */
import { once } from "node:events"
import type { IncomingMessage } from "node:http"
import * as https from "node:https"
import * as Lines from "./Lines.js"
import * as Target from "./Target.js"

const { ca, server, token } = Target.read()

const agent = new https.Agent({ keepAlive: true, ca })

const get = async (path: string): Promise<IncomingMessage> => {
  const request = https.get(server + path, { agent, headers: { authorization: `Bearer ${token}` } })
  const [response] = await once(request, "response")
  return response
}

export const text = async (path: string): Promise<string> => {
  const response = await get(path)
  const parts: Array<Buffer> = []
  response.on("data", (part) => parts.push(part))
  await once(response, "end")
  return Buffer.concat(parts).toString()
}

/** Hands over each line; returns when the server ends the answer. */
export const lines = async (path: string, onLine: (line: string) => void): Promise<void> => {
  const response = await get(path)
  response.on("data", Lines.cut(onLine))
  await once(response, "end")
}
