/** A level is its name on Effect 4. */
export const All = "All"
export const Error = "Error"

export const None = "None"
