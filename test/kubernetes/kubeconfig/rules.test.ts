import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { type ClusterError } from "../../../src/kubernetes/ClusterError.js"
import * as KubeconfigFile from "../../../src/kubernetes/kubeconfig/KubeconfigFile.js"
import * as ProxyRules from "../../../src/kubernetes/kubeconfig/ProxyRules.js"
import { ProxyError } from "../../../src/kubernetes/transport/ProxyTunnel.js"
import * as TransportError from "../../../src/kubernetes/transport/TransportError.js"

// Of golang.org/x/net v0.47.0, http/httpproxy/proxy_test.go: NO_PROXY, host, and whether the proxy is used.
const noProxy =
  "foobar.com, .barbaz.net, *.quux.com, 192.168.1.1, 192.168.1.2:81, 192.168.1.3:80, 10.0.0.0/30, 2001:db8::52:0:1, " +
  "[2001:db8::52:0:2]:443, [2001:db8::52:0:3]:80, 2002:db8:a::45/64"

const hosts: ReadonlyArray<readonly [url: string, usesProxy: boolean]> = [
  ["http://localhost", false],
  ["http://127.0.0.1", false],
  ["http://127.0.0.2", false],
  ["http://[::1]", false],
  ["http://[::2]", true],
  ["http://192.168.1.1", false],
  ["http://192.168.1.2:80", true],
  ["http://192.168.1.2:81", false],
  ["http://192.168.1.3:80", false],
  ["http://192.168.1.3:81", true],
  ["http://192.168.1.4", true],
  ["http://10.0.0.2", false],
  ["http://10.0.0.4", true],
  ["http://[2001:db8::52:0:1]", false],
  ["https://[2001:db8::52:0:2]", false],
  ["http://[2001:db8::52:0:2]:80", true],
  ["http://[2002:db8:a::123]", false],
  ["http://[fe80::424b:c8be:1643:a1b6]", true],
  ["http://barbaz.net", true],
  ["http://www.barbaz.net", false],
  ["http://foobar.com", false],
  ["http://www.foobar.com", false],
  ["http://foofoobar.com", true],
  ["http://baz.com", true],
  ["http://localhost.net", true],
  ["http://local.localhost", true],
  ["http://barbarbaz.net", true],
  ["http://www.quux.com", false],
  ["http://quux.com", true]
]

const request = { method: "GET", path: "/", query: {} } as const
const subject = { verb: "get", resource: "pods" } as const

const clusterError = (cause: unknown): ClusterError =>
  TransportError.toClusterError(new TransportError.ConnectionLost({ cause }), request, subject)

describe("ProxyRules", () => {
  for (const [url, usesProxy] of hosts) {
    it(`K12 isExempt: ${url} ${usesProxy ? "uses the proxy" : "is reached directly"}`, () => {
      assert.strictEqual(ProxyRules.isExempt(new URL(url), noProxy), !usesProxy)
    })
  }

  it("K12 isExempt: a star exempts every host", () => {
    assert.isTrue(ProxyRules.isExempt(new URL("https://api.example.com"), "other, *"))
  })

  it("K12 proxyFor: refuses an HTTPS_PROXY that is not the address of a proxy, without quoting it", () => {
    const result = ProxyRules.proxyFor("https://api.example.com", undefined, {
      httpsProxy: "gopher://user:secret@host",
      httpProxy: "",
      noProxy: ""
    })
    assert(Either.isLeft(result))
    assert.include(result.left.message, "The value of HTTPS_PROXY is not the address of a proxy")
    assert.notInclude(result.left.message, "secret")
  })
})

describe("TransportError", () => {
  for (
    const code of [
      "INVALID_CA",
      "CERT_REJECTED",
      "CERT_SIGNATURE_FAILURE",
      "CERT_CHAIN_TOO_LONG",
      "INVALID_PURPOSE",
      "PATH_LENGTH_EXCEEDED",
      "UNABLE_TO_GET_CRL",
      "ERR_OSSL_X509_KEY_VALUES_MISMATCH"
    ]
  ) {
    it(`K15 toClusterError: ${code} is final`, () => {
      const error = clusterError(Object.assign(new Error("refused"), { code }))
      assert.deepStrictEqual([error.reason, error.retryable], ["Unexpected", false])
    })
  }

  for (const [status, retryable] of [[407, false], [403, false], [502, true], [503, true]] as const) {
    it(`K18 toClusterError: ${status} from a proxy is ${retryable ? "retryable" : "final"}`, () => {
      const error = clusterError(new ProxyError({ proxy: "http://proxy:3128", problem: `${status}`, status }))
      assert.strictEqual(error.retryable, retryable)
      assert.include(error.message, "check `proxy-url`")
    })
  }
})

describe("KubeconfigFile", () => {
  it("parse: names every problem, without the content", () => {
    const result = KubeconfigFile.parse(Buffer.from(JSON.stringify({
      users: [{ name: "u", user: { token: ["correct-horse"] } }],
      clusters: "correct-horse",
      contexts: [{ name: 1 }]
    })))
    assert.deepStrictEqual(
      result,
      Either.left("clusters: expected a list; users[0].user.token: expected string; contexts[0].name: expected string")
    )
  })

  it("parse: a text that is not YAML is described by its line, without the content", () => {
    const result = KubeconfigFile.parse(Buffer.from("users:\n- name: u\n  user:\n    token: \"correct-horse\n"))
    assert(Either.isLeft(result))
    assert.match(result.left, /^it is not valid YAML \([A-Z_]+, in line 5\)$/)
  })
})
