/**
 * Makes a certificate authority and a server certificate for loopback: a minimal X.509 (RFC 5280) in DER, signed with ECDSA
 * on P-256.
 *
 * @since 0.1.0
 */
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto"

/**
 * PEM strings: clients trust `ca`; `certificate` and `key` belong to the server.
 *
 * @since 0.1.0
 * @category models
 */
export interface Certificates {
  readonly ca: string
  readonly certificate: string
  readonly key: string
}

const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31
} as const

const size = (length: number): Buffer =>
  length < 0x80
    ? Buffer.from([length])
    : length < 0x100
    ? Buffer.from([0x81, length])
    : Buffer.from([0x82, length >> 8, length & 0xff])

const der = (kind: number, ...contents: ReadonlyArray<Buffer>): Buffer => {
  const content = Buffer.concat(contents)
  return Buffer.concat([Buffer.from([kind]), size(content.length), content])
}

const sequence = (...items: ReadonlyArray<Buffer>): Buffer => der(tag.sequence, ...items)

const base128 = (value: number): ReadonlyArray<number> =>
  value < 0x80 ? [value] : [...base128(value >> 7).map((byte) => byte | 0x80), value & 0x7f]

const oid = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number)
  return der(tag.oid, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

const bitString = (bits: Buffer): Buffer => der(tag.bitString, Buffer.from([0]), bits)

const context = (number: number, constructed: boolean, content: Buffer): Buffer =>
  der(0x80 | (constructed ? 0x20 : 0) | number, content)

const ecdsaWithSha256 = sequence(oid("1.2.840.10045.4.3.2"))

const name = (commonName: string): Buffer =>
  sequence(der(tag.set, sequence(oid("2.5.4.3"), der(tag.utf8, Buffer.from(commonName)))))

/** Long enough for any clock, including test clocks. */
const validity = sequence(
  der(tag.utcTime, Buffer.from("700101000000Z")),
  der(tag.generalizedTime, Buffer.from("20991231235959Z"))
)

const critical = (id: string, value: Buffer): Buffer =>
  sequence(oid(id), der(tag.boolean, Buffer.from([0xff])), der(tag.octetString, value))

const extension = (id: string, value: Buffer): Buffer => sequence(oid(id), der(tag.octetString, value))

const authority: ReadonlyArray<Buffer> = [
  critical("2.5.29.19", sequence(der(tag.boolean, Buffer.from([0xff])))),
  critical("2.5.29.15", der(tag.bitString, Buffer.from([1, 0b0000_0110])))
]

const server: ReadonlyArray<Buffer> = [
  critical("2.5.29.15", der(tag.bitString, Buffer.from([7, 0b1000_0000]))),
  extension("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.1"))),
  extension(
    "2.5.29.17",
    sequence(context(2, false, Buffer.from("localhost")), context(7, false, Buffer.from([127, 0, 0, 1])))
  )
]

const pem = (certificate: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${
    certificate.toString("base64").replace(/.{64}(?!$)/g, "$&\n")
  }\n-----END CERTIFICATE-----\n`

const keyIdentifier = (key: Buffer): Buffer => createHash("sha256").update(key).digest().subarray(0, 20)

const certify = (options: {
  readonly subject: string
  readonly issuer: string
  readonly publicKey: KeyObject
  readonly signer: KeyObject
  readonly extensions: ReadonlyArray<Buffer>
}): string => {
  const key = options.publicKey.export({ type: "spki", format: "der" })
  const signerKey = createPublicKey(options.signer).export({ type: "spki", format: "der" })
  const serial = Buffer.concat([Buffer.from([0x40]), randomBytes(15)])
  const body = sequence(
    context(0, true, der(tag.integer, Buffer.from([2]))),
    der(tag.integer, serial),
    ecdsaWithSha256,
    name(options.issuer),
    validity,
    name(options.subject),
    key,
    context(
      3,
      true,
      sequence(
        ...options.extensions,
        extension("2.5.29.14", der(tag.octetString, keyIdentifier(key))),
        extension("2.5.29.35", sequence(context(0, false, keyIdentifier(signerKey))))
      )
    )
  )
  return pem(sequence(body, ecdsaWithSha256, bitString(sign("sha256", body, options.signer))))
}

/** Makes new ones at each call. @since 0.1.0 @category constructors  */
export const make = (): Certificates => {
  const root = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const leaf = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const issuer = "fake cluster authority"
  const signer = root.privateKey
  return {
    ca: certify({ subject: issuer, issuer, publicKey: root.publicKey, signer, extensions: authority }),
    certificate: certify({ subject: "localhost", issuer, publicKey: leaf.publicKey, signer, extensions: server }),
    key: String(leaf.privateKey.export({ type: "pkcs8", format: "pem" }))
  }
}
