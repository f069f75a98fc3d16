import type { Measurement } from './figure'
import { measureCost } from './measure-cost'
import { countWholePath } from './whole-path'

/** What a million files cost. */
export const cost: Measurement = { name: 'cost', measure: (options) => measureCost(options, countWholePath) }
