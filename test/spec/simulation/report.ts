import { CRASH_POINTS } from '../crash-points'
import { type Failure, notReached, OUT_OF_REACH, type Tally } from './tally'

/** What many runs have shown, for a person. */
export function reportOf(tally: Tally, { from, seconds }: { readonly from: number; readonly seconds: number }): string {
  const deaths = Object.values(tally.deaths).reduce((sum, times) => sum + times, 0)
  const within = CRASH_POINTS.filter((point) => !OUT_OF_REACH.has(point)).length
  const missing = notReached(tally)
  const faults = Object.entries(tally.faults).sort(([a], [b]) => (a < b ? -1 : 1))
  const seeds = `seeds ${from} to ${from + tally.runs - 1}`
  const bad = tally.failures.length
  return [
    `${figure(tally.runs)} runs  (${seeds}, ${seconds.toFixed(0)} s, ${figure(tally.steps)} steps)`,
    `${figure(tally.landed)} files landed, ${figure(tally.loaded)} copies loaded`,
    `${figure(deaths)} crashes injected, at ${within - missing.length} of ${within} crash points`,
    ...(missing.length === 0 ? [] : [`  nobody died at: ${missing.join(', ')}`]),
    ...faults.map(([fault, times]) => `${figure(times).padStart(9)}  ${fault}`),
    '',
    `lost ${figure(tally.lost)}, doubled ${figure(tally.doubled)}`,
    bad === 0 ? 'every promise was kept at every step' : `${figure(bad)} runs broke a promise`,
  ].join('\n')
}

/** A run that broke a promise, step by step, and how to see it again. */
export function failureText({ seed, breaches, trace }: Failure): string {
  return [
    ...(trace.length === 0 ? [] : [...trace, '']),
    `seed ${seed} breaks ${[...new Set(breaches.map(({ invariant }) => invariant))].join(', ')}:`,
    ...breaches.map(({ invariant, text }) => `  ${invariant}: ${text}`),
    `again: npm run simulate -- --seed ${seed}`,
  ].join('\n')
}

function figure(number: number): string {
  return number.toLocaleString('en-US')
}
