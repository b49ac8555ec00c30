/**
 * What holds where a field of an input is left out.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"

/**
 * The defaults of an input. A backend may have other defaults for resources.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaults = {
  timeout: Duration.hours(1),
  pendingTimeout: Duration.minutes(10),
  retries: 2,
  resources: { cpu: "500m", memory: "2Gi", ephemeralStorage: "20Gi" },
  trustBundle: { key: "ca-bundle.crt" }
} as const
