import { coldStart } from './cold-start'
import { cost } from './cost'
import type { Measurement } from './figure'
import { intake } from './intake'
import { latency } from './latency'
import type { MeasurementName } from './measurement-names'
import { profile } from './profile'
import { scale } from './scale'
import { synth } from './synth'
import { wholePath } from './whole-path'

/** Every part of the benchmark by its name. */
export const MEASUREMENTS: Readonly<Record<MeasurementName, Measurement>> = {
  intake,
  'whole-path': wholePath,
  latency,
  'cold-start': coldStart,
  scale,
  cost,
  synth,
  profile,
}
