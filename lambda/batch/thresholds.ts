/** When the waiting files of a target go together into a batch: whichever comes first. */
export interface Thresholds {
  /** Also the most files that a batch holds. */
  readonly files: number
  readonly bytes: number
  /** How long the oldest file may wait; 0 loads at once. */
  readonly seconds: number
}

/** No batch holds more files. */
export const MAX_FILES_PER_BATCH = 5_000

/** The longest delay of an SQS message, in seconds. */
export const LONGEST_WAKE_DELAY_SECONDS = 900
