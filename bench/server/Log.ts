/**
 * A log of 100 MB, in lines of a hundred bytes.
 */

export const line = `${
  "STEP 7/12: RUN dnf install -y kernel-rt && rpm-ostree cleanup -m && ostree container commit ".padEnd(99, ".")
}\n`

export const lines = 1_000_000

/** A thousand lines a second. */
export const timeOf = (index: number): string => {
  const seconds = Math.floor(index / 1_000)
  const fraction = String(index % 1_000).padStart(3, "0")
  return `${new Date(Date.UTC(2026, 10, 22, 10, 0, seconds)).toISOString().slice(0, 19)}.${fraction}123456Z`
}
