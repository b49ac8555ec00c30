/** Plain objects are compared by their fields on Effect 4. */
export const struct = <A extends object>(fields: A): A => fields
