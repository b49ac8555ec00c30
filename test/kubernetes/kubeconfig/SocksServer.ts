/** A SOCKS 5 server (RFC 1928, RFC 1929) that asks for a user and password. */
import * as net from "node:net"

interface Login {
  readonly user: string
  readonly password: string
}

type Connect = (host: string, port: number) => net.Socket

/** The host and port of a request to connect. */
const targetOf = (bytes: Buffer): readonly [host: string, port: number] => {
  const isName = bytes[3] === 3
  const length = isName ? bytes[4] ?? 0 : 4
  const start = isName ? 5 : 4
  const address = bytes.subarray(start, start + length)
  return [isName ? address.toString() : Array.from(address).join("."), bytes.readUInt16BE(start + length)]
}

const isLogin = (bytes: Buffer, { password, user }: Login) => {
  const length = bytes[1] ?? 0
  return bytes.subarray(2, 2 + length).toString() === user && bytes.subarray(3 + length).toString() === password
}

export const make = (login: Login, connect: Connect): net.Server =>
  net.createServer((client) => {
    client.once("data", () => {
      client.once("data", (credentials) => {
        if (!isLogin(credentials, login)) {
          client.end(Buffer.from([1, 1]))
          return
        }
        client.once("data", (request) => {
          const upstream = connect(...targetOf(request))
          upstream.once("connect", () => {
            client.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]))
            upstream.pipe(client)
            client.pipe(upstream)
          })
          upstream.on("close", () => client.destroy())
          client.on("close", () => upstream.destroy())
        })
        client.write(Buffer.from([1, 0]))
      })
      client.write(Buffer.from([5, 2]))
    })
  })
