/** Secrets that tests create. */
import { Effect } from "effect"
import { Cluster } from "effect-os-builder"
import * as Resources from "../../src/kubernetes/Resources.js"

type Texts = Readonly<Record<string, string>>

/** The `data` of a Secret with these texts. */
export const encoded = (texts: Texts): Texts =>
  Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString("base64")]))

export const create = (name: string, texts: Texts) =>
  Effect.flatMap(
    Cluster.Cluster,
    (cluster) => cluster.create(Resources.Secret, { metadata: { name }, data: encoded(texts) })
  )

/** The object that `.dockerconfigjson` has in JSON, with one login. */
export const dockerConfig = (host: string, user: string, password: string) => ({
  auths: { [host]: { auth: Buffer.from(`${user}:${password}`).toString("base64") } }
})
