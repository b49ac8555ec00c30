/** Cases about servers: addresses, trust and proxies. */
import * as path from "node:path"
import { type Case, config, readBase64 } from "./Case.js"
import type { World } from "./Loopback.js"

const onA = { server: "a", authorization: "Bearer t" }

const cluster = (
  title: string,
  entry: (world: World) => object,
  expect: Case["expect"],
  more: Partial<Case> = {}
): Case => ({ title, files: (w) => ({ config: config(w, { cluster: entry(w) }) }), expect, ...more })

const env = (variables: (world: World) => Readonly<Record<string, string>>) => (world: World, folder: string) => ({
  KUBECONFIG: path.join(folder, "config"),
  ...variables(world)
})

const refusedCertificate = { refused: /the server's certificate is not trusted/ }

const neverPlain = {
  refused: /credentials are sent over TLS only/
}

export const networkCases: ReadonlyArray<Case> = [
  cluster("certificate-authority: data", (w) => ({
    "certificate-authority": "",
    "certificate-authority-data": readBase64(w.pem["ca"])
  }), onA),
  cluster(
    "certificate-authority: of somebody else is refused",
    (w) => ({ "certificate-authority": w.pem["otherCa"] }),
    refusedCertificate
  ),
  cluster("certificate-authority: a missing file is refused", () => ({ "certificate-authority": "gone" }), {
    refused: /`certificate-authority` cannot be read/
  }),
  cluster(
    "certificate-authority: a file without a certificate is refused",
    (w) => ({ "certificate-authority": w.pem["oneKey"] }),
    {
      refused: /`certificate-authority` holds no certificate/
    }
  ),
  cluster(
    "certificate-authority: a key beside it is skipped",
    (w) => ({ "certificate-authority": w.pem["mixed"] }),
    onA
  ),
  cluster(
    "certificate-authority: file and data are refused",
    (w) => ({ "certificate-authority-data": readBase64(w.pem["ca"]) }),
    {
      refused: /`certificate-authority` and `certificate-authority-data` exclude each other/
    }
  ),
  cluster("K13 certificate-authority: an intermediate one is trusted", (w) => ({
    server: w.url.intermediate,
    "certificate-authority": w.pem["sub"]
  }), { ...onA, server: "intermediate" }),
  cluster("K13 certificate-authority: the server's own certificate is trusted", (w) => ({
    server: w.url.intermediate,
    "certificate-authority": w.pem["leaf"]
  }), { ...onA, server: "intermediate" }),
  cluster("K15 certificate-authority: two of one subject after a rotation", (w) => ({
    server: w.url.rotated,
    "certificate-authority": w.pem["twins"]
  }), { ...onA, server: "rotated" }),
  cluster("K15 certificate-authority: only the new one of a rotation is refused", (w) => ({
    server: w.url.rotated,
    "certificate-authority": w.pem["newTwin"]
  }), refusedCertificate),
  cluster(
    "K14 no certificate-authority: the system's store is used",
    (w) => ({ server: w.url.b, "certificate-authority": "" }),
    {
      ...onA,
      server: "b"
    },
    { env: env((w) => ({ SSL_CERT_FILE: w.pem["systemCa"] ?? "" })) }
  ),
  cluster("K14 no certificate-authority: without trust of the system it is refused with advice", (w) => ({
    server: w.url.b,
    "certificate-authority": ""
  }), { refused: /the kubeconfig has no `certificate-authority` for this cluster.*NODE_EXTRA_CA_CERTS/ }),
  cluster(
    "K14 certificate-authority: the system's store is not used beside it",
    (w) => ({ server: w.url.b }),
    refusedCertificate,
    {
      env: env((w) => ({ SSL_CERT_FILE: w.pem["systemCa"] ?? "" }))
    }
  ),
  cluster("insecure-skip-tls-verify: nothing is verified", (w) => ({
    server: w.url.b,
    "certificate-authority": "",
    "insecure-skip-tls-verify": true
  }), { ...onA, server: "b" }),
  cluster("insecure-skip-tls-verify: with an authority is refused", () => ({ "insecure-skip-tls-verify": true }), {
    refused: /`insecure-skip-tls-verify` and a certificate authority exclude each other/
  }),
  cluster("tls-server-name: is verified", () => ({ "tls-server-name": "localhost" }), onA),
  cluster(
    "tls-server-name: another one is refused",
    () => ({ "tls-server-name": "other.example.test" }),
    refusedCertificate
  ),
  cluster("server: by a name", (w) => ({ server: w.url.a.replace("127.0.0.1", "localhost") }), onA),
  cluster("server: a trailing slash is ignored", (w) => ({ server: `${w.url.a}/` }), onA),
  cluster("server: a path, query and fragment", (w) => ({ server: `${w.url.a}/clusters/one?a=b#c` }), onA),
  cluster("server: another protocol is refused", () => ({ server: "ftp://127.0.0.1" }), {
    refused: /`server` is not a URL/
  }),
  {
    title: "server: without TLS and without a user",
    files: (w) => ({
      config: config(w, { cluster: { server: w.plain, "certificate-authority": "" }, context: { user: "" } })
    }),
    expect: { server: "plain" }
  },
  {
    title: "server: without a scheme is asked without TLS",
    files: (w) => ({
      config: config(w, {
        cluster: { server: w.plain.replace("http://", ""), "certificate-authority": "" },
        context: { user: "" }
      })
    }),
    expect: { server: "plain" }
  },
  {
    title: "server: impersonation without TLS",
    files: (w) => ({
      config: config(w, { cluster: { server: w.plain, "certificate-authority": "" }, user: { as: "jane" } })
    }),
    expect: { server: "plain", impersonate: ["impersonate-user: jane"] }
  },
  cluster(
    "server: credentials without TLS are refused",
    (w) => ({ server: w.plain, "certificate-authority": "" }),
    neverPlain,
    {
      kubectl: {
        expect: { server: "plain" },
        because: "kubectl drops the credentials and asks anonymously, without a word"
      }
    }
  ),
  cluster(
    "server: a password in the address, without TLS, is refused",
    (w) => ({
      server: w.plain.replace("://", "://u:p@"),
      "certificate-authority": ""
    }),
    neverPlain,
    {
      kubectl: {
        expect: { server: "plain", authorization: "Basic dTpw" },
        because: "kubectl drops the token and sends the password of the address in clear text"
      }
    }
  ),
  {
    title: "server: a password in the address identifies the user",
    files: (w) => ({ config: config(w, { cluster: { server: w.url.a.replace("://", "://u:p@") }, user: {} }) }),
    expect: { server: "a", authorization: "Basic dTpw" },
    kubectl: { expect: { refused: /Username/ }, because: "kubectl asks for a user name although the address has one" }
  },
  cluster("proxy-url: http", (w) => ({ "proxy-url": w.proxy.http }), { ...onA, proxies: ["http"] }),
  cluster(
    "proxy-url: leads to a server that only the proxy knows",
    (w) => ({ server: w.far, "proxy-url": w.proxy.http }),
    {
      ...onA,
      proxies: ["http"]
    }
  ),
  cluster(
    "K18 proxy-url: https, with a certificate by the cluster's authority",
    (w) => ({ "proxy-url": w.proxy.https }),
    {
      ...onA,
      proxies: ["https"]
    }
  ),
  cluster(
    "proxy-url: socks5 with a password",
    (w) => ({ server: w.far, "proxy-url": `socks5://me:secret@${w.proxy.socks}` }),
    {
      ...onA,
      proxies: ["socks"]
    }
  ),
  cluster(
    "proxy-url: socks5h with a password",
    (w) => ({ server: w.far, "proxy-url": `socks5h://me:secret@${w.proxy.socks}` }),
    {
      ...onA,
      proxies: ["socks"]
    },
    {
      kubectl: {
        expect: { refused: /socks5h/ },
        because: "kubectl takes socks5h from the environment alone, where it is the same as socks5"
      }
    }
  ),
  cluster(
    "proxy-url: socks5 with a wrong password is refused",
    (w) => ({ "proxy-url": `socks5://me:wrong@${w.proxy.socks}` }),
    {
      refused: /the proxy socks5:.* did not connect to the server/
    }
  ),
  cluster("proxy-url: http with a password", (w) => ({ "proxy-url": w.proxy.locked.replace("://", "://me:secret@") }), {
    ...onA,
    proxies: ["locked"]
  }),
  cluster("K18 proxy-url: 407 is refused at once", (w) => ({ "proxy-url": w.proxy.locked }), {
    refused: /did not connect to the server \(407 Proxy Authentication Required\): check `proxy-url`/
  }),
  cluster("K18 proxy-url: 403 is refused at once", (w) => ({ "proxy-url": w.proxy.broken }), {
    refused: /\(403 Trouble\)/
  }),
  cluster("proxy-url: another protocol is refused", () => ({ "proxy-url": "gopher://127.0.0.1:1" }), {
    refused: /`proxy-url` is not a URL/
  }),
  cluster("proxy-url: without a scheme is refused", () => ({ "proxy-url": "127.0.0.1:1" }), {
    refused: /`proxy-url` is not a URL/
  }),
  cluster("K12 HTTPS_PROXY: is used", (w) => ({ server: w.far }), { ...onA, proxies: ["http"] }, {
    env: env((w) => ({ HTTPS_PROXY: w.proxy.http }))
  }),
  cluster("K12 https_proxy: is used", (w) => ({ server: w.far }), { ...onA, proxies: ["http"] }, {
    env: env((w) => ({ https_proxy: w.proxy.http }))
  }),
  cluster("K12 HTTPS_PROXY: without a scheme is an http proxy", (w) => ({ server: w.far }), {
    ...onA,
    proxies: ["http"]
  }, {
    env: env((w) => ({ HTTPS_PROXY: w.proxy.http.replace("http://", "") }))
  }),
  cluster("K12 HTTPS_PROXY: socks5h", (w) => ({ server: w.far }), { ...onA, proxies: ["socks"] }, {
    env: env((w) => ({ HTTPS_PROXY: `socks5h://me:secret@${w.proxy.socks}` }))
  }),
  cluster("K12 HTTPS_PROXY: is not used for a loopback address", () => ({}), onA, {
    env: env((w) => ({ HTTPS_PROXY: w.proxy.broken }))
  }),
  cluster("K12 HTTP_PROXY: is not used for a server with TLS", (w) => ({ server: w.url.a }), onA, {
    env: env((w) => ({ HTTP_PROXY: w.proxy.broken }))
  }),
  cluster("K12 proxy-url: precedes HTTPS_PROXY and NO_PROXY", (w) => ({ server: w.far, "proxy-url": w.proxy.http }), {
    ...onA,
    proxies: ["http"]
  }, { env: env((w) => ({ HTTPS_PROXY: w.proxy.broken, NO_PROXY: "*" })) }),
  ...[".example.test", "example.test", "*.example.test", "api.example.test:6443", "other, EXAMPLE.test", "*"].map((
    rule
  ) =>
    cluster(
      `K12 NO_PROXY: ${rule} exempts the server`,
      (w) => ({ server: w.far }),
      { refused: /not reached|ENOTFOUND|EAI_AGAIN/ },
      {
        patience: "1 second",
        env: env((w) => ({ HTTPS_PROXY: w.proxy.http, NO_PROXY: rule }))
      }
    )
  ),
  ...["ample.test", "example.test:443", "10.0.0.0/8", "api", ""].map((rule) =>
    cluster(`K12 NO_PROXY: "${rule}" does not exempt the server`, (w) => ({ server: w.far }), {
      ...onA,
      proxies: ["http"]
    }, {
      env: env((w) => ({ HTTPS_PROXY: w.proxy.http, NO_PROXY: rule }))
    })
  ),
  {
    title: "K12 HTTP_PROXY: forwards to a server without TLS",
    files: (w) => ({
      config: config(w, { cluster: { server: w.farPlain, "certificate-authority": "" }, context: { user: "" } })
    }),
    env: env((w) => ({ HTTP_PROXY: w.proxy.http })),
    expect: { server: "plain", proxies: ["http"] }
  },
  {
    title: "K12 HTTP_PROXY: gives its password for a server without TLS",
    files: (w) => ({
      config: config(w, { cluster: { server: w.farPlain, "certificate-authority": "" }, context: { user: "" } })
    }),
    env: env((w) => ({ HTTP_PROXY: w.proxy.locked.replace("://", "://me:secret@") })),
    expect: { server: "plain", proxies: ["locked"] }
  },
  cluster("K14 SSL_CERT_DIR: adds to the system's store", (w) => ({ server: w.url.b, "certificate-authority": "" }), {
    ...onA,
    server: "b"
  }, { env: env((w) => ({ SSL_CERT_DIR: path.dirname(w.pem["systemCa"] ?? "") })) }),
  cluster("server: a protocol in capitals", (w) => ({ server: w.url.a.replace("https", "HTTPS") }), onA),
  cluster("K18 proxy-url: https, with a certificate by nobody's authority, is refused", (w) => ({
    server: w.url.b,
    "certificate-authority": w.pem["systemCa"],
    "proxy-url": w.proxy.https
  }), { refused: /certificate is not trusted/ }),
  cluster("proxy-url: a password with special characters", (w) => ({
    "proxy-url": w.proxy.locked.replace("://", "://me:s%65cret@")
  }), { ...onA, proxies: ["locked"] })
]
