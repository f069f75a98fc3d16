/** The parts of the benchmark, in the order in which they run and are shown. */
export const MEASUREMENT_NAMES = [
  'intake',
  'whole-path',
  'latency',
  'cold-start',
  'scale',
  'cost',
  'synth',
  'profile',
] as const

export type MeasurementName = (typeof MEASUREMENT_NAMES)[number]
