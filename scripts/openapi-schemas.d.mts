export interface Kind {
  readonly group: string
  readonly version: string
  readonly kind: string
}
export const render: (
  schemas: Readonly<Record<string, unknown>>,
  kinds: ReadonlyArray<Kind>,
  version: string
) => string
