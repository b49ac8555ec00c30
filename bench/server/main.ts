/**
 * A generator behind the Kubernetes API: everything it sends is made before it is asked for, so that it is never what is
 * measured. `main.js CERTIFICATE KEY` prints its address, and ends when its standard input does.
 */
import * as fs from "node:fs"
import * as https from "node:https"
import { Readable } from "node:stream"
import * as Protobuf from "../../src/fake/apiserver/Protobuf.js"
import * as Answers from "./Answers.js"

const [, , cert = "", key = ""] = process.argv

let connections = 0

const server = https.createServer({ cert: fs.readFileSync(cert), key: fs.readFileSync(key) }, (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "", "https://localhost")
  const form = Protobuf.isPreferred(request.headers.accept) ? "protobuf" : "json"
  if (pathname === "/connections") {
    // Those since the last time, without this one.
    response.end(JSON.stringify(connections - 1))
    connections = 0
  } else if (pathname.endsWith("/log")) {
    response.setHeader("content-type", "text/plain")
    Readable.from(Answers.log(searchParams.get("timestamps") === "true", searchParams.has("sinceTime"))).pipe(response)
  } else if (searchParams.get("watch") === "true") {
    // A watch stays open.
    response.setHeader("content-type", form === "protobuf" ? Protobuf.watchContentType : "application/json")
    Readable.from(Answers.watch(form, searchParams.get("sendInitialEvents") === "true")).pipe(response, { end: false })
  } else if (searchParams.has("fieldSelector")) {
    response.setHeader("content-type", "application/json")
    response.end(Answers.ended)
  } else {
    const body = Answers.document(form, pathname)
    const contentType = form === "protobuf" ? Protobuf.contentType : "application/json"
    response.writeHead(body === undefined ? 404 : 200, { "content-type": contentType })
    response.end(body ?? "")
  }
})

server.keepAliveTimeout = 60_000
server.on("connection", () => connections++)
server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  console.log(`https://127.0.0.1:${typeof address === "object" ? address?.port : ""}`)
})
process.stdin.on("end", () => process.exit()).resume()
