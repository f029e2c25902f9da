// Worker interface: a part that polls by itself, can be asked to do what is due now, and can be stopped.
export interface Worker {
  /** Does what is due. @returns whether anything was done or is in progress */
  tick(): Promise<boolean>
  /** Starts nothing more and waits for what is in progress. */
  stop(): Promise<void>
}
