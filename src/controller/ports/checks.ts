import type { HealthCheck } from "../../api/health-check.ts";
import type { CheckBudget } from "../../plan/health/schedule.ts";
import type { CheckRules } from "../../plan/health/permission.ts";

/** A health check that opens a connection. */
export type ActiveCheck = Exclude<HealthCheck, { readonly kind: "none" }>;

/** The result of one check. `local`: this host could not make it, so it is not evidence. */
export type CheckFinding =
  | { readonly kind: "success" }
  /** `message` is a fragment such as "connect timed out" or "HTTP 503". It never contains text from a server. */
  | { readonly kind: "failure"; readonly message: string }
  | { readonly kind: "local" };

/** Makes health checks. Absent in an installation without them. */
export interface HealthCheckPort {
  /** Connects to the address itself. Never rejects, and ends at the check's timeout. */
  run(address: string, check: ActiveCheck): Promise<CheckFinding>;
  /** The present rules for addresses of checks. */
  rules(): CheckRules;
  readonly budget: CheckBudget;
  /** The maximum number of concurrent checks. */
  readonly concurrency: number;
}
