import * as Plain from "../Plain.js"
import * as Loop from "./Loop.js"

interface Pod {
  readonly metadata: { readonly name: string; readonly resourceVersion: string }
  readonly status?: { readonly phase: string }
}

const onEvent = Loop.start()

await Plain.lines(Loop.path, (line) => {
  const { object, type }: { type: string; object: Pod } = JSON.parse(line)
  const { name, resourceVersion } = object.metadata
  onEvent({ type, name, resourceVersion, phase: object.status?.phase ?? "" })
})
