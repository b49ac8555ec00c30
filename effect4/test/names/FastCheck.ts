/** Effect 4 does not have fast-check. */
export * from "fast-check"
