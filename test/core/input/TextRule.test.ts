import { assert, it } from "@effect/vitest"
import { buildArgName, imageLabelName } from "../../../src/core/input/BuildArgs.js"
import { contextPath, directories } from "../../../src/core/input/ContextPath.js"
import { labelKey, labelValue, subdomain } from "../../../src/core/input/KubernetesName.js"
import { mountPath } from "../../../src/core/input/Mount.js"
import { noProxy, proxyUrl } from "../../../src/core/input/Proxy.js"
import { bytes, positive } from "../../../src/core/input/Quantity.js"
import type { TextRule } from "../../../src/core/input/TextRule.js"

interface Table {
  readonly rule: TextRule
  readonly right: ReadonlyArray<string>
  readonly wrong: ReadonlyArray<string>
}

const unprintable = ["a\0b", "\ud83d", "a\nb", "a\tb", "\u007f", "\u0085"]

const tables: Readonly<Record<string, Table>> = {
  subdomain: {
    rule: subdomain,
    right: ["a", "0", "a-b.c", "a".repeat(253), "a.0"],
    wrong: ["", "A", "-a", "a-", "a..b", ".a", "a.", "a.-b", "a_b", "é", "a\n", "a".repeat(254)]
  },
  labelKey: {
    rule: labelKey,
    right: ["a", "A_b.c-d", "example.com/a", "a".repeat(63), `${"a".repeat(253)}/b`],
    wrong: ["", "/", "a/", "/a", "a/b/c", "A/b", "-a", "a".repeat(64), "é", "a b"]
  },
  labelValue: {
    rule: labelValue,
    right: ["", "a", "A_b.c-d", "a".repeat(63)],
    wrong: ["-", "a/b", "a".repeat(64), "a b", "é"]
  },
  positive: {
    rule: positive,
    right: ["1", "500m", "0.5", ".5", "5.", "1e3", "1E3", "1e-3", "1E", "2Gi", "+1", "007", "0.000000001"],
    wrong: [
      "",
      "0",
      "0m",
      "0.0",
      "-1",
      "1 Gi",
      "1gi",
      "1KB",
      "1K",
      "Gi",
      ".",
      "1e",
      "1e1.5",
      "Infinity",
      "1".repeat(65)
    ]
  },
  bytes: { rule: bytes, right: ["1", "2Gi", "1e9", "1.5Gi", "1M"], wrong: ["512m", "1u", "1n", "0"] },
  contextPath: {
    rule: contextPath,
    right: ["a", "a b/c", "a/.b", "..a/b..", "é", "a\\b", "-a", "*", "a./b-c/~d@e+f_1", `${"a".repeat(255)}/b`],
    wrong: [
      "",
      "a/b\n",
      "a/b/..",
      `${"a/".repeat(127)}`,
      "/a",
      "a//b",
      "a/",
      ".",
      "..",
      "./a",
      "a/.",
      "a/../b",
      "a".repeat(256),
      "a/".repeat(600),
      ...unprintable
    ]
  },
  mountPath: {
    rule: mountPath,
    right: ["/a", "/run/secrets/a", "/a b", "/etc/pki/rpm-gpg", "/device"],
    wrong: [
      "",
      "a",
      "/",
      "//",
      "/a/",
      "/a//b",
      "/a/./b",
      "/a/..",
      "/a:ro",
      "/a,b",
      "/dev",
      "/dev/shm",
      "/proc/1",
      "/etc/pki",
      "/etc/pki/entitlement/a",
      "/run/secrets",
      `/${"a".repeat(1024)}`,
      ...unprintable.map((text) => `/${text}`)
    ]
  },
  proxyUrl: {
    rule: proxyUrl,
    right: ["http://proxy", "https://proxy:3128", "http://10.0.0.1:8080/", "http://[::1]:3128", "HTTP://PROXY"],
    wrong: [
      "",
      "proxy:3128",
      "ftp://proxy",
      "http://",
      "http:/proxy",
      "http:user:pass@proxy",
      "http://user@proxy",
      "http://user:pass@proxy",
      "http://proxy:99999",
      "http://proxy/path",
      "http://proxy?q",
      "http://proxy#f",
      "http://a b",
      "http:\\\\proxy",
      ...unprintable.map((text) => `http://${text}`)
    ]
  },
  noProxy: { rule: noProxy, right: ["", ".svc,10.0.0.0/8", "*"], wrong: ["a".repeat(16_385), ...unprintable] },
  buildArgName: {
    rule: buildArgName,
    right: ["A", "_", "a1_B", "BASE_IMAGE_2"],
    wrong: ["", "1a", "a-b", "a=b", "a b", "é", "A\n", "BASE_IMAGE"]
  },
  imageLabelName: { rule: imageLabelName, right: ["a", "a b", "org.example/é"], wrong: ["", "a=b", ...unprintable] }
}

for (const [name, { right, rule, wrong }] of Object.entries(tables)) {
  it(name, () => {
    for (const text of right) assert.isUndefined(rule(text), JSON.stringify(text))
    for (const text of wrong) assert.isString(rule(text), JSON.stringify(text))
  })
}

it("TextRule: directories of a path", () => {
  assert.deepStrictEqual(directories("a"), [])
  assert.deepStrictEqual(directories("a/b/c"), ["a", "a/b"])
})
