/**
 * Limits of a stored outcome, whatever a platform reports: the annotations of an object have 256 KiB, and a character may
 * take six bytes of JSON.
 */
import * as BuildStatus from "../../core/BuildStatus.js"

/** The number of last lines of a log that are stored. */
export const lines = 40

const lineLength = 400
const messageLength = 8_000
const wordLength = 256

/** In well-formed Unicode, as the API server returns it; a copy, because a slice keeps the whole text alive. */
const beginning = (text: string, length: number): string => Buffer.from(text.slice(0, length)).toString()

export const line = (text: string): string => beginning(text, lineLength)

export const errored = (status: BuildStatus.Errored): BuildStatus.Errored =>
  new BuildStatus.Errored({
    ...status,
    ...clipped(status),
    ...(status.upstreamReason === undefined ? {} : { upstreamReason: beginning(status.upstreamReason, wordLength) })
  })

export const terminal = (status: BuildStatus.Terminal): BuildStatus.Terminal => {
  switch (status._tag) {
    case "Failed":
      return new BuildStatus.Failed({ ...status, ...clipped(status) })
    case "Errored":
      return errored(status)
    case "Succeeded":
    case "Cancelled":
      return status
  }
}

const clipped = ({ logTail, message }: BuildStatus.Failed | BuildStatus.Errored) => ({
  message: beginning(message, messageLength),
  logTail: logTail.slice(-lines).map(line)
})
