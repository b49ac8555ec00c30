import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Certificate from "../../src/fake/apiserver/Certificate.js"
import { exec, temporaryFolder } from "./Workplace.js"

describe("the certificates of the served fake", () => {
  it.scoped("the certificates of the served fake: are good for openssl", () =>
    Effect.gen(function*() {
      const { ca, certificate, key } = Certificate.make()
      const folder = yield* temporaryFolder
      const file = (name: string) => path.join(folder, name)
      fs.writeFileSync(file("ca.pem"), ca)
      fs.writeFileSync(file("server.pem"), certificate)
      fs.writeFileSync(file("key.pem"), key)
      const checks = ["-x509_strict", "-purpose", "sslserver", "-verify_ip", "127.0.0.1", "-CAfile", file("ca.pem")]
      assert.include(yield* exec("openssl", "verify", ...checks, file("server.pem")), "OK")
      assert.include(yield* exec("openssl", "pkey", "-check", "-noout", "-in", file("key.pem")), "Key is valid")
    }))
})
