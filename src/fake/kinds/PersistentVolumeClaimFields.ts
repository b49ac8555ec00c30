/**
 * The fields of a PersistentVolumeClaim, which a StatefulSet has as a template.
 *
 * @since 0.1.0
 */
import { any, atomic, each, type Fields, keptText, list, map, mergedList, quantity, struct, text } from "./Fields.js"
import { condition, labelSelector, object } from "./ObjectFields.js"

/** @since 0.1.0 @category fields */
export const claim: Fields = object({
  spec: struct({
    accessModes: list(text),
    selector: labelSelector,
    resources: struct({ requests: map(quantity), limits: map(quantity) }),
    volumeName: text,
    ...each(keptText, "storageClassName", "volumeMode", "volumeAttributesClassName"),
    dataSource: atomic(struct(each(text, "apiGroup", "kind", "name"))),
    dataSourceRef: struct(each(text, "apiGroup", "kind", "name", "namespace"))
  }),
  status: struct({
    phase: text,
    accessModes: list(text),
    capacity: map(quantity),
    conditions: mergedList(struct(condition), "type"),
    ...each(any, "allocatedResources", "allocatedResourceStatuses", "modifyVolumeStatus", "healthStatus"),
    currentVolumeAttributesClassName: keptText
  })
})
