import type { Stage } from "../history/stage.ts";

/** A history that showed a fault once. The judge finds nothing in it now. */
export interface RepairedFault {
  readonly name: string;
  readonly play: (stage: Stage) => Promise<void>;
}
