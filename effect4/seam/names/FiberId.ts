/** A fiber id is a number on Effect 4; no fiber has none. */
export const none = undefined
