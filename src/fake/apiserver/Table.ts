/**
 * Renders objects as table rows for `kubectl get`: `application/json;as=Table;g=meta.k8s.io;v=v1`.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import type { Column } from "../kinds/Column.js"

const definition = ({ description = "", format, name, type = "string", wide }: Column): JsonObject => ({
  name,
  type,
  format,
  description,
  priority: wide ? 1 : 0
})

/**
 * Makes a table; each row has `shown` of its object beside the cells. Only the first table of a watch defines its columns.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: {
  readonly metadata: JsonObject
  readonly columns: ReadonlyArray<Column>
  readonly defines: boolean
  readonly objects: ReadonlyArray<JsonObject>
  readonly shown: (object: JsonObject) => Json.Value
  readonly now: number
}): JsonObject => ({
  kind: "Table",
  apiVersion: "meta.k8s.io/v1",
  metadata: options.metadata,
  columnDefinitions: options.defines ? options.columns.map(definition) : null,
  rows: options.objects.map((object) => ({
    cells: options.columns.map((column) => column.cell(object, options.now)),
    object: options.shown(object)
  }))
})

/** The metadata of an object in the metadata of a table. @since 0.1.0 @category getters  */
export const metadataOf = (object: JsonObject): JsonObject =>
  Json.make({ resourceVersion: Json.text(object, "metadata", "resourceVersion") })
