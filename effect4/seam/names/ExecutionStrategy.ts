/** A strategy is its name on Effect 4. */
export const sequential = "sequential"
