/** A level is its name on Effect 4. */
export const All = "All"
export const None = "None"
