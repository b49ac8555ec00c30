/**
 * The objects of one kind that clients create, list, patch and watch: as much of an API server as the load takes.
 */
import { randomUUID } from "node:crypto"
import type { IncomingMessage, ServerResponse } from "node:http"
import * as Protobuf from "../../src/fake/apiserver/Protobuf.js"
import * as ResponseForm from "../../src/fake/apiserver/ResponseForm.js"
import * as Json from "../../src/fake/Json.js"
import type { Kind } from "../../src/fake/kinds/Kind.js"
import * as Metadata from "../../src/fake/store/Metadata.js"
import type { JsonObject, WatchLine } from "../../src/kubernetes/client/ApiRequest.js"

/** How the objects of a kind are written. */
export interface Form {
  readonly contentType: string
  readonly watchContentType: string
  readonly object: (object: JsonObject) => string | Buffer
  readonly list: (version: number, objects: ReadonlyArray<JsonObject>) => string | Buffer
  readonly event: (type: WatchLine["type"], object: JsonObject) => string | Buffer
  /** The end of the initial events of a watch. */
  readonly listEnd: (version: number) => string | Buffer
}

/** The form that a request accepts first. */
export const formOf = (kind: Kind, { headers: { accept = "" } }: IncomingMessage): Form => {
  const { list, object, type } = ResponseForm.accepted(kind, { method: "GET", path: "", query: {}, accept }, Date.now)
  const isProtobuf = Protobuf.isPreferred(accept)
  const encode = (json: JsonObject) => isProtobuf ? Protobuf.encode(json) ?? "" : JSON.stringify(json)
  const line = (line: WatchLine) => isProtobuf ? Protobuf.encodeLine(line) : `${JSON.stringify(line)}\n`
  const annotations = { "k8s.io/initial-events-end": "true" }
  return {
    contentType: isProtobuf ? Protobuf.contentType : "application/json",
    watchContentType: isProtobuf ? Protobuf.watchContentType : "application/json",
    object: (one) => encode(object(one)),
    list: (version, all) => encode(list({ resourceVersion: String(version) }, all)),
    event: (type, one) => line({ type, object: object(one) }),
    listEnd: (version) =>
      line({ type: "BOOKMARK", object: { ...type, metadata: { resourceVersion: String(version), annotations } } })
  }
}

export class Collection {
  readonly kind: Kind
  /** The version of the latest write. */
  private version = 1
  private readonly objects = new Map<string, JsonObject>()
  /** Names by each label and its value, written as in a selector. */
  private readonly byLabel = new Map<string, Set<string>>()
  private readonly watches = new Map<ServerResponse, Form>()
  private readonly without: ReadonlyArray<string>

  /** `without`: fields that nobody reads again, and that are not kept. */
  constructor(kind: Kind, without: ReadonlyArray<string> = []) {
    this.kind = kind
    this.without = without
  }

  all(): ReadonlyArray<JsonObject> {
    return Array.from(this.objects.values())
  }

  create(namespace: string, sent: JsonObject): JsonObject {
    const created = this.put({
      ...sent,
      metadata: {
        ...Json.object(sent, "metadata"),
        namespace,
        uid: randomUUID(),
        creationTimestamp: new Date().toISOString().replace(/\.\d+/, "")
      }
    })
    for (const label of Object.entries(Metadata.labels(created))) {
      const equality = label.join("=")
      this.byLabel.set(equality, (this.byLabel.get(equality) ?? new Set()).add(Metadata.name(created)))
    }
    this.notify("ADDED", created)
    return created
  }

  /** A merge of the annotations, which is the only patch that is sent; undefined if there is no such object. */
  annotate(name: string, patch: JsonObject): JsonObject | undefined {
    const existing = this.objects.get(name)
    if (existing === undefined) return undefined
    const metadata = Json.object(existing, "metadata")
    const annotations = {
      ...Json.object(metadata, "annotations"),
      ...Json.object(patch, "metadata", "annotations")
    }
    const patched = this.put({ ...existing, metadata: { ...metadata, annotations } })
    this.notify("MODIFIED", patched)
    return patched
  }

  get(name: string): JsonObject | undefined {
    return this.objects.get(name)
  }

  list(request: IncomingMessage, selector: string): { readonly form: Form; readonly body: string | Buffer } {
    const form = formOf(this.kind, request)
    return { form, body: form.list(this.version, this.selected(selector)) }
  }

  /** Everything that there is, if the client asks for it, and then each change. */
  watch(request: IncomingMessage, response: ServerResponse, selector: string, sendInitialEvents: boolean): void {
    const form = formOf(this.kind, request)
    response.writeHead(200, { "content-type": form.watchContentType })
    response.flushHeaders()
    if (sendInitialEvents) {
      this.selected(selector).forEach((object) => response.write(form.event("ADDED", object)))
      response.write(form.listEnd(this.version))
    }
    this.watches.set(response, form)
    response.once("close", () => this.watches.delete(response))
  }

  /** The watches that are open. */
  open(): ReadonlyArray<readonly [ServerResponse, Form]> {
    return Array.from(this.watches)
  }

  private selected(selector: string): ReadonlyArray<JsonObject> {
    const [first, ...more] = selector.split(",").filter((equality) => equality !== "")
      .map((equality) => this.byLabel.get(equality) ?? new Set<string>())
      .sort((a, b) => a.size - b.size)
    const names = first === undefined
      ? Array.from(this.objects.keys())
      : Array.from(first).filter((name) => more.every((other) => other.has(name)))
    return names.map((name) => this.objects.get(name)).filter((object) => object !== undefined)
  }

  private put(object: JsonObject): JsonObject {
    this.version++
    const stored = Json.omit(
      { ...object, metadata: { ...Json.object(object, "metadata"), resourceVersion: String(this.version) } },
      ...this.without
    )
    this.objects.set(Metadata.name(stored), stored)
    return stored
  }

  private notify(type: "ADDED" | "MODIFIED", object: JsonObject): void {
    this.watches.forEach((form, response) => response.write(form.event(type, object)))
  }
}
